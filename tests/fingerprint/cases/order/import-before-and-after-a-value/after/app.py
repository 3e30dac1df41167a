from lib import STATE
B = list(STATE)
import plug
def run(): return B
