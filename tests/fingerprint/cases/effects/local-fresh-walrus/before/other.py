import lib
def go():
    x = []
    y = [x := lib.A]
    x.append(1)
y = go()
