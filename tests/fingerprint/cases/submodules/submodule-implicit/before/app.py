import pkg
import other
def run(): return hasattr(pkg, "m")
