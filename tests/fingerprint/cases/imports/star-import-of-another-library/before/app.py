from numpy import *
def run(): return dot(1)
