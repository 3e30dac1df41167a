import lib
vars(lib)['N'] = 1
