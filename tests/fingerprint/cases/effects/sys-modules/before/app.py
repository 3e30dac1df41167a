import sys, lib
def run(): return sys.modules["lib"].f()
