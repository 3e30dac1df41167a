match 1:
    case 1:
        M = 1
def f(x):
    return M
