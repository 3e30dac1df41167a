from pkg import f
import pkg.f

def run(): return callable(f)
