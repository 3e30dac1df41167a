import lib
lib.add(2)
