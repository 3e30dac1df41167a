import lib, decimal
def run(): return str(decimal.Decimal(1) / 3)
