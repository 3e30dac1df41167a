import lib
lib.Q.rotate(2)
