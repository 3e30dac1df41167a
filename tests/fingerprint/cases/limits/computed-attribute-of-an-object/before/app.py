def run(o, n): return getattr(o, n)()
