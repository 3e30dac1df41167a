from lib import E
def run():
    try: raise E
    except KeyError: return 1
    except Exception: return 2
