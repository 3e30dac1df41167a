import patch
def run(): return zork()
