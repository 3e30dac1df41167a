import lib
lib.up()
from lib import N

def run(): return N
