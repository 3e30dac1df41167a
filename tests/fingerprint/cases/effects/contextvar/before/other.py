import lib
lib.V.set(1)
