import os.path as path
def run(): return path.join('a', 'b')
