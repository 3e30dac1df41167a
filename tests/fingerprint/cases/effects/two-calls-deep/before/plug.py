from tool import outer
x = outer(1)
