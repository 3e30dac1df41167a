def run():
    from lib import z as x, a as x

    return x()
