r = 1
def f(x):
    match x:
        case {'a': 1, **r}: return r
