T = {}
def touch(): T["b"] = 1
