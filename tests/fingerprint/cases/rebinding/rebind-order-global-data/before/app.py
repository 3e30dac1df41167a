import lib
from lib import N
lib.up()

def run(): return N
