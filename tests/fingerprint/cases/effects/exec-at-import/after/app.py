exec("def f(): return 2")
def run(): return f()
