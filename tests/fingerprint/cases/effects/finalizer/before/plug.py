from tool import C
x = C(1)
x = None
