a, *b = 1, 2, 4
def run(): return b
