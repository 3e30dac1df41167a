from a import *
from b import *
def run(): return f()
