import lib
def go(t): t.append(2)
y = go(lib.A)
