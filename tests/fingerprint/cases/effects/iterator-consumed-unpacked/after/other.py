import lib
a, b = lib.IT
