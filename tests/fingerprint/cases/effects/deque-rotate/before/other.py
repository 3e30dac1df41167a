import lib
lib.Q.rotate(1)
