import lib
lib.A.n = 5
X = lib.A.n

def run(): return X
