from a import K


def other():
    return 1


def f(x):
    return x + K
