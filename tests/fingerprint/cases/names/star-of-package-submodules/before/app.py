from pkg import *
def run(): return a.f()
