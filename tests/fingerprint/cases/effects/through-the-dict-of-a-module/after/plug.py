import lib
lib.__dict__['N'] = 2
