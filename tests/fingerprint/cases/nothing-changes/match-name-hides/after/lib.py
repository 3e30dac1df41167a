m = 2
def f(x):
    match x:
        case [m]: return m
