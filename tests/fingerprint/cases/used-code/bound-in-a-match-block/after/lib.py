match 1:
    case 1:
        M = 2
def f(x):
    return M
