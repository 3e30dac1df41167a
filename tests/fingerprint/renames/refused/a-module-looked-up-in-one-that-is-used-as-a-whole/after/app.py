from importlib import import_module


def run():
    from another import g

    return import_module("lib").f() + g()
