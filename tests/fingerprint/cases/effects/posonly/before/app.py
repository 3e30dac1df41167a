def f(a, b=2, /, **k): return a, b, k
def run():
    try: return f(1, b=3)
    except TypeError: return "no"
