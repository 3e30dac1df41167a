import b
import a
def f(x): return x
