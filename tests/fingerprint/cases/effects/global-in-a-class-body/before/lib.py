S = []
def go(n): S.append(n)
def f(x): return S
