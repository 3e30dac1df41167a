import lib
lib.V.set(2)
