from lib import *
def run(): return h(1)
