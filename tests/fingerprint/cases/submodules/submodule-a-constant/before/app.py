from pkg import size
import pkg.size
import pkg
def run(): return str(type(pkg.size))
