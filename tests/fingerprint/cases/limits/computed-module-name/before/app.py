import importlib
def run(n): return importlib.import_module(n).f()
