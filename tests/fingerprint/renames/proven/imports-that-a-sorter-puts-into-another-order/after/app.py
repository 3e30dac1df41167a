def run():
    from lib import z
    from lib.b import g
    from lib.z import f

    return f(1) - g(1) + z.f(2)
