import lib
import zork
def run(): return zork.x
