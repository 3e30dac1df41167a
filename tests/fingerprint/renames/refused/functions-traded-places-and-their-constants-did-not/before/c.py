K = 2


def h():
    return K
