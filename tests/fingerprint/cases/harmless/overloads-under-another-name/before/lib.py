import typing as t
@t.overload
def f(x: int): ...
def f(x): return x
