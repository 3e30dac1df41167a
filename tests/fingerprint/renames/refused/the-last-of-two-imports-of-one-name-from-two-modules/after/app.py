def run():
    from kit.b import x
    from kit.a import x

    return x()
