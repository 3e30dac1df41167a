from lib import g, h


def run():
    return h(1) - g(1)
