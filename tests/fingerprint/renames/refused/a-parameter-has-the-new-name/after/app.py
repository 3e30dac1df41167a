def new(x):
    return x


def apply(new):
    return new(1)


def run():
    return apply(str)
