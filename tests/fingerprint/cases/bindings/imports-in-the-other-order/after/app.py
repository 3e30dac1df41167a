from b import f
from a import f
def run(): return f()
