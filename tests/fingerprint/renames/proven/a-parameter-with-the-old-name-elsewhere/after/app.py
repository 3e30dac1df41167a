def new(x):
    return x


def double(old):
    return 2 * old


def run():
    return double(new(1))
