from functools import singledispatch
@singledispatch
def run(x): return 1
@run.register
def _(x: int): return 3
