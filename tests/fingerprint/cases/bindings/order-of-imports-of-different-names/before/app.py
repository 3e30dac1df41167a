from a import f
from b import g
def run(): return f() - g()
