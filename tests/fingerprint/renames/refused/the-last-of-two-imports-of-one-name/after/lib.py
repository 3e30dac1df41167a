def a():
    return 1


def z():
    return 2
