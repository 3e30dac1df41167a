e = 2
def f(x):
    try: x()
    except OSError as e: return e
