from lib import f, h


def run():
    return f(1) - h(1)
