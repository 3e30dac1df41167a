def old(x):
    return x


def double(old):
    return 2 * old


def run():
    return double(old(1))
