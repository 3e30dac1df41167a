SIZE = 4


def area(n=SIZE):
    return n * SIZE
