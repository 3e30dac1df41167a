import lib
def a(n): lib.STATE.append(n)
