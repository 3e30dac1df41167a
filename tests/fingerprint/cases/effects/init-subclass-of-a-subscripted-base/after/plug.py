from tool import B
class C(B[int]): n = 2
