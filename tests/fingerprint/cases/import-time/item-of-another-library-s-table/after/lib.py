import os
os.environ['A'] = 'c'
def f(x):
    return x + 1
