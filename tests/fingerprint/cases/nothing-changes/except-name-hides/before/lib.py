e = 1
def f(x):
    try: x()
    except OSError as e: return e
