from lib import A as x, B as y
def run(): return x - y
