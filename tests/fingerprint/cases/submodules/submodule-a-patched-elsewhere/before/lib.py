import pkg
import pkg.f
def f(): return 3

