from math import *
def run(): return floor(1.5)
from lib import *
