import other
setup = other.setup
setup(1)
def f(x):
    return x + 1
