from importlib import import_module as load
def run(): return load('lib').f()
