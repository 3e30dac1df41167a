def cache(g): return lambda x: g.__annotations__
