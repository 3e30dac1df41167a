def fac(n):
    return 1 if n < 2 else n * fac(n - 1)


def run():
    return fac(5)
