import lib, warm
def run(): return lib.f.cache_info().currsize
