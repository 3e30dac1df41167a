from pkg import f, g
def run(): return f() - g()
