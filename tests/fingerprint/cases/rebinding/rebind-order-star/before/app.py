from lib import *
import patcher

def run(): return f()
