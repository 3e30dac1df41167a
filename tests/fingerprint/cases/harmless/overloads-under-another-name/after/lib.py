import typing as t
@t.overload
def f(x: str): ...
def f(x): return x
