def f(): return 2
from a import *
def run(): return f()
