import sys, lib
def run(): return sys.excepthook is sys.__excepthook__
