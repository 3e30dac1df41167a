from tool import go
x = go(1)
