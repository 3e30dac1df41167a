class F:
    n = 0
