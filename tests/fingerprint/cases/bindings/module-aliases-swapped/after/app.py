import b as m, a as n
def run(): return m.f() - n.f()
