def f(): return 1
def run(): return eval("f()")
