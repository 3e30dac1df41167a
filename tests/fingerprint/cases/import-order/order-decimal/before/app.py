from decimal import Decimal, getcontext
X = Decimal(1) / Decimal(3)
getcontext().prec = 5

def run(): return str(X)
