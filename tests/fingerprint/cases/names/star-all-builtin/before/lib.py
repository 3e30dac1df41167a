__all__ = ["f"]
def f(): return 1
def max(*a): return 0
