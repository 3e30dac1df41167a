def f(x: str): pass
def run(): return str(f.__annotations__)
