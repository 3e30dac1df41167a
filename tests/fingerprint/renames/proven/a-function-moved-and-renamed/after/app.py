import b


def run():
    return b.g(1)
