from a import f
def run(): return f()
