from typing import get_type_hints as hints
def g(x: str): pass
def f(x): return hints(g)
