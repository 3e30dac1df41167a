import lib
X = list(lib.T)
Y = 2
