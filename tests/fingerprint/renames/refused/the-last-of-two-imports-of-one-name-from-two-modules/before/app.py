def run():
    from lib.a import x
    from lib.b import x

    return x()
