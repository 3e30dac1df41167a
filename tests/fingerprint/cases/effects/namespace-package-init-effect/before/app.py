import lib
from space.m import f
def run(): return lib.N
