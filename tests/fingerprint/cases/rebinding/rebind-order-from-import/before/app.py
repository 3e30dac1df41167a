import lib
from lib import f
lib.f = lambda: 2

def run(): return f()
