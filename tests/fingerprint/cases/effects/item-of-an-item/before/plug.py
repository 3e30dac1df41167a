import lib
lib.T['a']['b'] = 1
