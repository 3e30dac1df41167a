import lib
Y = (1, 3) in lib.IT
