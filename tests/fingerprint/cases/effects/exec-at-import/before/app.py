exec("def f(): return 1")
def run(): return f()
