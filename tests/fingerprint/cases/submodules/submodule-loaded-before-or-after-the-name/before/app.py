import pkg, pkg.part
def run(): return callable(pkg.part), pkg.q
