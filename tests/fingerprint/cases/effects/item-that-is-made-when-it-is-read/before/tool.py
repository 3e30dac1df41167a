import lib
from collections import defaultdict
def make(): lib.STATE.append(1)
D = defaultdict(make)
