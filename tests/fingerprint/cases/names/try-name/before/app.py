def run():
    try: return g
    except NameError: return 0

