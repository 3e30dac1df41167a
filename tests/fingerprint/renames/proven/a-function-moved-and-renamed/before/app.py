import a


def run():
    return a.f(1)
