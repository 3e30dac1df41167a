from importlib import import_module


def run():
    from other import g

    return import_module("lib").f() + g()
