import sys, lib
N = 1
def run(): return lib.look()
