from tool import install
def g(x: install(2)): pass
