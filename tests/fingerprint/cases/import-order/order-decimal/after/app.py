from decimal import Decimal, getcontext
getcontext().prec = 5
X = Decimal(1) / Decimal(3)

def run(): return str(X)
