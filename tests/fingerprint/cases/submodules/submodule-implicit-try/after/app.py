import pkg

def run():
    try: return pkg.m.f()
    except AttributeError: return 0
