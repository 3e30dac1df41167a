import sys, lib
def run(): return sys.getswitchinterval()
