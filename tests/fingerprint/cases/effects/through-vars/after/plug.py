import lib
vars(lib)['N'] = 2
