import lib, other
def run(): return lib.V.get()
