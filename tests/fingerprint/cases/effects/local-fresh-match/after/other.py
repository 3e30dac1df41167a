import lib
def go():
    x = []
    match lib.A:
        case x: pass
    x.append(2)
y = go()
