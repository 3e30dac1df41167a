def run(): return g()
def g(): return h(1)
def h(n): return n and run()
