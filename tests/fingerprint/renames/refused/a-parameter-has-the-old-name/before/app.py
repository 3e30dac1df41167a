def old(x):
    return x


def apply(other):
    return old(1)


def run():
    return apply(str)
