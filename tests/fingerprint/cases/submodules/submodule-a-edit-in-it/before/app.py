import pkg, lib
def run(): return pkg.f.g() if not callable(pkg.f) else 0
