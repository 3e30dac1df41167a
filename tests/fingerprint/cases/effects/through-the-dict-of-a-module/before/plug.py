import lib
lib.__dict__['N'] = 1
