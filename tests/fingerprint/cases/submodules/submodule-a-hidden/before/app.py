import pkg, lib
def run(): return pkg.f()
