import importlib

import pkg.a


def run(name="a"):
    return importlib.import_module("pkg." + name).f(1) + pkg.a.f(1)
