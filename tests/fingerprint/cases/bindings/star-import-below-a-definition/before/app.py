from a import *
def f(): return 2
def run(): return f()
