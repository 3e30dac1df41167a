import importlib


def run():
    return importlib.import_module("lib.a").f(1)
