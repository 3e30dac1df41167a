import lib
A = lib.A
A |= {1: 1}
