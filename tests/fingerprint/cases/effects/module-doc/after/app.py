"b"
def run(): return __doc__
