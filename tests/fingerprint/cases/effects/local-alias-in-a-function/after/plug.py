from tool import go
x = go(2)
