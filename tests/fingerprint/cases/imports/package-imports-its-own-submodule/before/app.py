import pkg
def run(): return pkg.a.f(1)
