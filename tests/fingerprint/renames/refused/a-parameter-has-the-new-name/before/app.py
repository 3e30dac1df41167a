def old(x):
    return x


def apply(new):
    return old(1)


def run():
    return apply(str)
