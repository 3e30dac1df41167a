import kit


def run():
    return kit.f()
