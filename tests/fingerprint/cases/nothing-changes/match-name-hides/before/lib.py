m = 1
def f(x):
    match x:
        case [m]: return m
