import pkg, lib
def run():
    m = pkg.f
    return m.g()
