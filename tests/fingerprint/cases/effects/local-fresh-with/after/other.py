import lib, contextlib
def go():
    x = []
    with contextlib.nullcontext(lib.A) as x: pass
    x.append(2)
y = go()
