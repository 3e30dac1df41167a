from tool import c
x = [i for i in c]
