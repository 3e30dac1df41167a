def f(): return 1
def g(): return 2
for f in [f, g]: pass
def run(): return f()
