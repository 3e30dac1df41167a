def abs(x=0):
    return 5
