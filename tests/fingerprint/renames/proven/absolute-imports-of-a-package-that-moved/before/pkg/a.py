def f():
    from lib import z, b

    return z - b
