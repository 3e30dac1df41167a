from pkg import f
def run(): return f()
