def run():
    from lib import a
    from lib.a import f
    from lib.b import g

    return f(1) - g(1) + a.f(2)
