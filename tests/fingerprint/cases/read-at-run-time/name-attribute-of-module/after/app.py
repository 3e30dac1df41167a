import b as m
def run(): return m.__name__
