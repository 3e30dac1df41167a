from lib import *
def run(): return f(1)
