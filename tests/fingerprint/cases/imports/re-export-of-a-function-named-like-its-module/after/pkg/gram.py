def gram(x): return 1
def other(): return 8
