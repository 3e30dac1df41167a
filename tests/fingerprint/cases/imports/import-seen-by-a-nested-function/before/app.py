def run():
    import lib as l
    def g():
        return l.f(1)
    return g
