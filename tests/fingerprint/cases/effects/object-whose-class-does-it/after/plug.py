from tool import C
x = C(2)
