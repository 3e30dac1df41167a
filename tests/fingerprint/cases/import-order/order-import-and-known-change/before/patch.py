import lib
lib.T.append(1)
