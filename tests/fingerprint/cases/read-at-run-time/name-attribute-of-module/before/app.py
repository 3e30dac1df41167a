import a as m
def run(): return m.__name__
