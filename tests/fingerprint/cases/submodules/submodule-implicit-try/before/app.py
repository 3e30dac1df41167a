import pkg
import other
def run():
    try: return pkg.m.f()
    except AttributeError: return 0
