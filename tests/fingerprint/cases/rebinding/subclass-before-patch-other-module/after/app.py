import patch, sub
def run(): return sub.N
