import lib
def install(n): lib.STATE.append(n)
