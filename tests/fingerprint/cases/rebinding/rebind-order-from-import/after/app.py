import lib
lib.f = lambda: 2
from lib import f

def run(): return f()
