def f(x, /, y): return y
