from kit import first, second


def run():
    return first(1) - second(2)
