from scipy import *
def run(): return dot(1)
