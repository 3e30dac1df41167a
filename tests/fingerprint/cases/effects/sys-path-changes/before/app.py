import lib
import deep
def run(): return deep.x
