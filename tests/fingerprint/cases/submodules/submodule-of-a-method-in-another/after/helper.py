import pkg
def check():
    import pkg.f
    return callable(pkg.f)
