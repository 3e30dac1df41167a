import pkg.f
from pkg import f

def run(): return callable(f)
