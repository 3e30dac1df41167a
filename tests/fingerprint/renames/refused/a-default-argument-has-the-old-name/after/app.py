def new(x):
    return x


def apply(x, function=new):
    new = str
    return new(x)


def run():
    return apply(1)
