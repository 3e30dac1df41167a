import pkg
def run(): return callable(pkg.f)
