from lib import f
import patcher

def run(): return f()
