from tool import M
class C(metaclass=M): n = 2
