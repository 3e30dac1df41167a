T = {"a": 1, "b": 2}
def run(): return list(T)
