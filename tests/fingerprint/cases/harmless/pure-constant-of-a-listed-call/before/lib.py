import re
P = re.compile('a')
def f(x): return x
