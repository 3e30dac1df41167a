from tool import B
class C(B[int]): n = 1
