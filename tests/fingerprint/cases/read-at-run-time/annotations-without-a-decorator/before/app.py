import typing
def g(x: int): pass
def run(): return typing.get_type_hints(g)
