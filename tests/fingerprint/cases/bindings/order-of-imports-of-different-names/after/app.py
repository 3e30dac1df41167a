from b import g
from a import f
def run(): return f() - g()
