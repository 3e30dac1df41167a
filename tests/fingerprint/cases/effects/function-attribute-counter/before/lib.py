def f():
    f.n += 1
f.n = 0
