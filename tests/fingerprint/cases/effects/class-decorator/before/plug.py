from tool import keep
@keep
class C: n = 1
