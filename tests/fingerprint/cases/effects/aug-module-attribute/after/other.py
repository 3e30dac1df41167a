import lib
lib.T += [2]
