class A:
    x = 2
def run(): return "{0.x}".format(A)
