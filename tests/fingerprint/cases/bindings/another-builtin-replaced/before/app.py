from lib import fast as min
def run(): return min(2, 3), max(2, 3)
