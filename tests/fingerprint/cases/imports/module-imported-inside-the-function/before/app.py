def run():
    import lib
    return lib.f(1)
