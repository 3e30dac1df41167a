import lib
def run(): return list(vars(lib))
