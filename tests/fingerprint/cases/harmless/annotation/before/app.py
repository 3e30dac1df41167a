def run(x: int = 1):
    y: int = 1
    return y
