def f(): return 1
from lib import *
def run(): return f()
