def len(x):
    return 5


def run():
    return len([]) - len([])
