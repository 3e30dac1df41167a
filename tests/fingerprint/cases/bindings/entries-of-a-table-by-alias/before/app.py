from a import f as p
from b import f as q
T = {'p': p, 'q': q}
def run(): return T['p']()
