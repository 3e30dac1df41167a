import lib, other

