class P:
    __match_args__ = ("y", "x")
    def __init__(self): self.x, self.y = 1, 2
def run():
    match P():
        case P(a, b): return a, b
