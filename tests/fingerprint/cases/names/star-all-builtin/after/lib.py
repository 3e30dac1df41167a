__all__ = ["f", "max"]
def f(): return 1
def max(*a): return 0
