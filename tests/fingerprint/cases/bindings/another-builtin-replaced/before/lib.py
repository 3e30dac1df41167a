def fast(a, b): return a * b
