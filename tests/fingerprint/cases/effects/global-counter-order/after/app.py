import b, a, c
def run(): return c.N
