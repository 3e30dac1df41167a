import lib, other
lib.K = other.K
