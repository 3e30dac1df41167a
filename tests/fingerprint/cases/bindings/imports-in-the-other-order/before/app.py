from a import f
from b import f
def run(): return f()
