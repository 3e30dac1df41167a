from pkg.sub.a import f
def run(): return f(1)
