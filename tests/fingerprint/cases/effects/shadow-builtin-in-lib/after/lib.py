def f(): return len([1])
def len(x): return 7
