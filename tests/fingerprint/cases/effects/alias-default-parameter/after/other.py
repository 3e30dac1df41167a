import lib
def go(t=lib.A): t.append(2)
y = go()
