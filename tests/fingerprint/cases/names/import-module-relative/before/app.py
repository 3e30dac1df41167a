import pkg.a
def run(): return pkg.a.go()
