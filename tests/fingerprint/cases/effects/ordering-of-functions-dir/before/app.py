import lib
def run(): return [k for k in vars(lib) if not k.startswith("_")]
