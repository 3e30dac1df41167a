from other import abs
from other import abs as k_


def run():
    return k_(3) - k(abs(-4))
