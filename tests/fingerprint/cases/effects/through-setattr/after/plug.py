import lib
setattr(lib, 'N', 2)
