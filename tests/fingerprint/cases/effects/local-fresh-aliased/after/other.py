import lib
def go():
    x = []
    for x in [lib.A]: pass
    x.append(2)
y = go()
