from lib import *
def run():
    try: return f()
    except NameError: return 0
