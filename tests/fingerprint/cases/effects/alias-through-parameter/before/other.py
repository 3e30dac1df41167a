import lib
def go(t): t.append(1)
y = go(lib.A)
