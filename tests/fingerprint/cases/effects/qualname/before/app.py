class A:
    def f(self): pass
def run(): return [k for k in vars(A) if not k.startswith("_")]
