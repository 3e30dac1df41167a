from lib import f


def run():
    return f(1) - f(1)
