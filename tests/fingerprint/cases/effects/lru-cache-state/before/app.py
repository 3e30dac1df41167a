import lib, warm
def run(): return lib.f()
