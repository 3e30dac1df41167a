from pkg import x
def run(): return x
