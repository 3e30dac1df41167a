
def f(): return len([1])
