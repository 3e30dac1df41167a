def f(x):
    try: x()
    except* OSError: pass
