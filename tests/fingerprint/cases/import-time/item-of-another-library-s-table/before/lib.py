import os
os.environ['A'] = 'b'
def f(x):
    return x + 1
