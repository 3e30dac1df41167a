import decimal


def digits():
    return 5


decimal.getcontext().prec = digits()


def f():
    return str(decimal.Decimal(1) / 3)
