from a import *
def run(): return f(1)
