try:
    x = 1
    raise KeyError
except KeyError:
    x = 2
def run(): return x
