from typing import overload, get_overloads
@overload
def f(x: int): ...
@overload
def f(x: str): ...
def f(x): return x
def run(): return [str(o.__annotations__) for o in get_overloads(f)]
