import importlib
importlib.import_module("pkg.f")
