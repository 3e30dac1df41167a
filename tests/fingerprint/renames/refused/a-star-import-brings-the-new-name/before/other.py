def h(x):
    return 7
