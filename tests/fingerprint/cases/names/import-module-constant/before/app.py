from importlib import import_module
def run(): return import_module("lib").f()
