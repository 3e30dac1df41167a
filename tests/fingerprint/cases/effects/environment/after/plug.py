import os
os.environ['A'] = '2'
