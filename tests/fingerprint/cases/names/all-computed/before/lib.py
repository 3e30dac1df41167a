import sub
__all__ = sub.names()
def f(): return 1
