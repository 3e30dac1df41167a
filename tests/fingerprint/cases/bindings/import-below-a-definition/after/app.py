def f(): return 1
from a import f
def run(): return f()
