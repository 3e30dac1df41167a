def gram(x): return 1
def other(x): return 8
