from typing import get_type_hints, no_type_check
@no_type_check
def f(x: int): ...
def run(): return str(get_type_hints(f))
