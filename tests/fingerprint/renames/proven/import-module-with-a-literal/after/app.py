import importlib


def run():
    return importlib.import_module("lib.b").f(1)
