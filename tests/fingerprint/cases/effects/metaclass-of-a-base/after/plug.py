from tool import B
class C(B): n = 2
