import decimal


def places():
    return 5


decimal.getcontext().prec = places()


def f():
    return str(decimal.Decimal(1) / 3)
