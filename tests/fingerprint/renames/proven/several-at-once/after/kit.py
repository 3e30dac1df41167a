def first(x):
    return x


def second(x):
    return 2 * x
