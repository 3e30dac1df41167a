from tool import install as range
x = range(1)
