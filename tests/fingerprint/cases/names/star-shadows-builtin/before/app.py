from lib import *
def run(): return len([1, 2])
