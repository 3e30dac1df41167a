from a import f
def f(): return 1
def run(): return f()
