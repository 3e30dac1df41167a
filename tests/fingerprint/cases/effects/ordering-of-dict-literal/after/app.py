T = {"b": 2, "a": 1}
def run(): return list(T)
