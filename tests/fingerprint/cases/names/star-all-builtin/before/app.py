from lib import *
def run(): return max(1, 2)
