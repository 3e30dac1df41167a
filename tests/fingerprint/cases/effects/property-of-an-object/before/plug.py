from tool import c
x = c.p
