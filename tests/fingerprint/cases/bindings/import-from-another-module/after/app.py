from b import f
def run(): return f()
