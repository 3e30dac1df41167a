from tool import outer
x = outer(2)
