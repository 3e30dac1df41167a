def run():
    try: return g
    except NameError: return 0
g = 1
