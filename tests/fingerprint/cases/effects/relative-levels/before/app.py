from pkg.sub.m import g
def run(): return g()
