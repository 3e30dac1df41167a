import lib
lib.N.append(1)
