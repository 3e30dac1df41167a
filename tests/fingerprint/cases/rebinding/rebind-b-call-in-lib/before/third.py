import lib
lib.add(1)
