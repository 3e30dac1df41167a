from tool import c
x = c.q
