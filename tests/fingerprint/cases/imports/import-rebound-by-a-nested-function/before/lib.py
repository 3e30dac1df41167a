def f(x):
    import other as n
    def g():
        nonlocal n
        n = n.h(1)
    return g
