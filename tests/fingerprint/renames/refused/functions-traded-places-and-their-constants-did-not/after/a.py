K = 1


def h():
    return K
