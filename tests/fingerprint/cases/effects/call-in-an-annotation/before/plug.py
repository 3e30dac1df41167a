from tool import install
def g(x: install(1)): pass
