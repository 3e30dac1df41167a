import importlib

import kit.a


def run(name="a"):
    return importlib.import_module("pkg." + name).f(1) + kit.a.f(1)
