import lib
lib.T += [1]
