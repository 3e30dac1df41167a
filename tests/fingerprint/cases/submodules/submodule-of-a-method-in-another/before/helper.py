import pkg
def check():
    pass
    return callable(pkg.f)
