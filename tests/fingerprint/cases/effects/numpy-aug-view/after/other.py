import lib
lib.B += 2
