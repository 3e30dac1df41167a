from tool import p
x = p(2)
