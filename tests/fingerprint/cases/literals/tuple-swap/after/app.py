a, b = 1, 2
a, b = b, a
def run(): return a
