def run():
    from lib import a as x, b as x

    return x()
