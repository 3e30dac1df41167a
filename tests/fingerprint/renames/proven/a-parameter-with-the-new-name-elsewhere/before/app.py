def old(x):
    return x


def double(new):
    return 2 * new


def run():
    return double(old(1))
