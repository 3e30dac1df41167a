import pkg

def run(): return hasattr(pkg, "m")
