import lib2
def run(): return 1
