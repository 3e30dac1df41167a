from lib import f, g


def run():
    return f() - g()
