from functools import wraps
import lib
def run(): return f.tag
def g(): pass
g.tag = 1
@wraps(g)
def f(): pass
