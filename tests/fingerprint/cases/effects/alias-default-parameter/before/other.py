import lib
def go(t=lib.A): t.append(1)
y = go()
