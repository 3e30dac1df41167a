from sub import NAMES
__all__ = []
__all__ += NAMES
def f(): return 1
