import importlib
def run(): return importlib.import_module('lib').f(1)
