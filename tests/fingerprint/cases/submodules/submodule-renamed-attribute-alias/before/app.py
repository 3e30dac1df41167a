from pkg import f as g
import lib
def run(): return callable(g)
