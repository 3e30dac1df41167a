def a(f): return lambda: f() + 1
def b(f): return lambda: f() * 2
@b
@a
def h(): return 3
def run(): return h()
