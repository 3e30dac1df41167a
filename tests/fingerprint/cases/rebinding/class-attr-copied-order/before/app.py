import lib
X = lib.A.n
lib.A.n = 5

def run(): return X
