a, *b = 1, 2, 3
def run(): return b
