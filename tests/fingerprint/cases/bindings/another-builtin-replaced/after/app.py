from lib import fast as max
def run(): return min(2, 3), max(2, 3)
