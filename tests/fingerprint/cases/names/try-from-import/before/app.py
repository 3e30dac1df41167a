import lib
def run():
    try:
        from lib import g
        return g
    except ImportError: return 0
