import lib
def run(): return [k for k in dir(lib) if not k.startswith("_")]
