from lib import f, g


def run():
    return f(1) - g(2)
