import lib
lib.C.subtract("a")
