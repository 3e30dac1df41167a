from tool import c
x = c + 2
