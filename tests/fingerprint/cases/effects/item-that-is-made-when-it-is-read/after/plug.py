from tool import D
x = D['b']
