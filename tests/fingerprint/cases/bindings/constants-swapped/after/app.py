from lib import B as x, A as y
def run(): return x - y
