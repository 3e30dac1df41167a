import sys
def look(): return sys._getframe(1).f_globals["N"]
