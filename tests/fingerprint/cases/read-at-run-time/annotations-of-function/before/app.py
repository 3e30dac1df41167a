def f(x: int): pass
def run(): return str(f.__annotations__)
