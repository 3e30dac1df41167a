import lib
lib.L.sort()
