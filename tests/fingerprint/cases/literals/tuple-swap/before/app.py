a, b = 1, 2

def run(): return a
