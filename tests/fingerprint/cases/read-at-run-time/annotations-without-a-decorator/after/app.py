import typing
def g(x: str): pass
def run(): return typing.get_type_hints(g)
