def f(x):
    import other as n
    def g():
        nonlocal n
        n = n.k(1)
    return g
