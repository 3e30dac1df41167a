import a as m, b as n
def run(): return m.f() - n.f()
