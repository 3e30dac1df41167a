from importlib import import_module
NAME = "lib"
def run(): return import_module(NAME).f()
