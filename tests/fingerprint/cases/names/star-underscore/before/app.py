from lib import *
def run():
    try: return _f()
    except NameError: return 0
