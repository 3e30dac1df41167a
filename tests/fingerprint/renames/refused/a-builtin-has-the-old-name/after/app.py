def size(x):
    return 5


def run():
    return size([]) - len([])
