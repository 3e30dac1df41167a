from importlib import import_module
def go(): return import_module(".b", __package__).f()
