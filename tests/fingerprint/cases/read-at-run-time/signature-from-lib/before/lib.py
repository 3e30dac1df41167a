from inspect import signature
def sig(f): return str(signature(f))
