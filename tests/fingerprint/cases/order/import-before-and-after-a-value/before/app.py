from lib import STATE
import plug
B = list(STATE)
def run(): return B
