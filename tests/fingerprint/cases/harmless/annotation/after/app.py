def run(x: float = 1):
    y: float = 1
    return y
