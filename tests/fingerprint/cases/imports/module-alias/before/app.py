import lib as l
def run(): return l.f(1)
