import re
P = re.compile('b')
def f(x): return x
