import pkg.gram
def run(): return pkg.gram.other(1)
