import lib
A = lib.A
A |= {2: 1}
