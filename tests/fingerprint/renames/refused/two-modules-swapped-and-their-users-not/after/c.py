from b import f


def h():
    return f()
