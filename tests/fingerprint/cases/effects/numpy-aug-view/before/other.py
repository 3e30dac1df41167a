import lib
lib.B += 1
