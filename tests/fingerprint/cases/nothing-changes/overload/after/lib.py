from typing import overload
@overload
def f(x: str): ...
def f(x): return 1
