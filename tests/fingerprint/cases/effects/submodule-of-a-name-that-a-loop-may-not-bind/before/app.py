from pkg import sub
from lib import f
def run(): return f()
