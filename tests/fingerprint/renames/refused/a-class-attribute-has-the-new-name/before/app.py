def old(x):
    return x


class C:
    new = str
    value = old(1)


def run():
    return C.value
