import a, b, c
def run(): return c.N
