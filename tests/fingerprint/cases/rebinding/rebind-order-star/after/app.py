import patcher
from lib import *

def run(): return f()
