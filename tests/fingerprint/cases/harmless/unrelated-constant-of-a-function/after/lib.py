def build(n): return {k: k * n for k in range(3)}
T = build(3)
def f(x): return x
