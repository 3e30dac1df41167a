import pkg, lib
def run():
    lib.h()
    return callable(pkg.f)
