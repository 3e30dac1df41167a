from b import *
from a import *
def run(): return f()
