import pkg.sub.a
def run(): return pkg.sub.a.f(1)
