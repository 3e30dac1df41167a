from pkg import m
def run(): return m.g()
