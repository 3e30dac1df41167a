import lib
def go(flag):
    if flag: x = []
    else: x = lib.A
    x.append(1)
y = go(False)
