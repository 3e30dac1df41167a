def old(x):
    return x


def apply(x, function=old):
    old = str
    return function(x)


def run():
    return apply(1)
