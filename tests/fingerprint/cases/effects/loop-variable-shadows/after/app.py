def f(): return 1
def g(): return 2
for f in [g, f]: pass
def run(): return f()
