import lib
lib.T.append(2)
import patch

def run(): return lib.T
