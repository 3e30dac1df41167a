import lib
X = list(lib.T)
