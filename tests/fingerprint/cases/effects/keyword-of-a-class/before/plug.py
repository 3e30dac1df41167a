from tool import B
class C(B, n=1): pass
