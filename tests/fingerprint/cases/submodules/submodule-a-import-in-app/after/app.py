import pkg
import pkg.f
def run(): return callable(pkg.f)
