from tool import dataclass
@dataclass
class C: n = 1
