from space.deep.a import f
def run(): return f(1)
