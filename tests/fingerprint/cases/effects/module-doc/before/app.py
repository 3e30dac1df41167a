"a"
def run(): return __doc__
