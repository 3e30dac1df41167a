from tool import p
x = p(1)
