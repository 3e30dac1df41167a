def new(x):
    return x


def apply(old):
    return old(1)


def run():
    return apply(str)
