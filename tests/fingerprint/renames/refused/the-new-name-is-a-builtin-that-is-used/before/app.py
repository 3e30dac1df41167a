from other import k
from other import k as k_


def run():
    return k_(3) - k(abs(-4))
