__all__ = ['f', 'g']
def g(): pass
def f(x): return x
