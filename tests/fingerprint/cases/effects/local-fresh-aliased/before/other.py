import lib
def go():
    x = []
    for x in [lib.A]: pass
    x.append(1)
y = go()
