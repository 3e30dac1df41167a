import kit as m


def run():
    return m.__name__, m.f()
