def run(): return g()
def g(): return h(2)
def h(n): return n and run()
