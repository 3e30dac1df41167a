from typing import overload
@overload
def f(x: int): ...
def f(x): return 1
