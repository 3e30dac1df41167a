__all__ = ['g']
def f(): return 2
def g(): return 3
