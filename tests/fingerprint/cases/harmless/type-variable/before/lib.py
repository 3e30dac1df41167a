from typing import TypeVar
T = TypeVar('T')
def f(x): return x
