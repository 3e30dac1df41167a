STATE = []
PARTS = {'a': STATE}
def f(x): return STATE
