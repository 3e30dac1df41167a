import pkg, lib
def run(): return callable(pkg.f)
