import lib
setattr(lib, 'N', 1)
