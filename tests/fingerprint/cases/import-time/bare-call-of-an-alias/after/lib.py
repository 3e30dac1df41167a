import other
setup = other.setup
setup(2)
def f(x):
    return x + 1
