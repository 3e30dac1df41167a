from tool import D
x = D['a']
