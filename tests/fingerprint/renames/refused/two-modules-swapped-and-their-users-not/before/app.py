from a import f
from c import h


def run():
    return f() - 10 * h()
