import a
import b
def f(x): return x
