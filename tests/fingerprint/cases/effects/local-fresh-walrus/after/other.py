import lib
def go():
    x = []
    y = [x := lib.A]
    x.append(2)
y = go()
