from typing import TypeVar
T = TypeVar('T')
U = TypeVar('U')
def f(x): return x
