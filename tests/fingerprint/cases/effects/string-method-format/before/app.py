class A:
    x = 1
def run(): return "{0.x}".format(A)
