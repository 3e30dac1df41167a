def f(): return 2
def run(): return eval("f()")
