from tool import C
class D:
    x = C(1)
