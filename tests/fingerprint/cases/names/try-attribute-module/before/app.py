import lib
def run():
    try: return lib.g
    except AttributeError: return 0
