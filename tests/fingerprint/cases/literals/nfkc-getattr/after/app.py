class A: pass
a = A(); a.fi = 1
def run(): return getattr(a, "ﬁ", 0)
