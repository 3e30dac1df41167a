import lib
import patch
lib.T.append(2)

def run(): return lib.T
