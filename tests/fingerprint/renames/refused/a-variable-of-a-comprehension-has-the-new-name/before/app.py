def old(x):
    return x


def run():
    return [old(1) for new in [str]]
