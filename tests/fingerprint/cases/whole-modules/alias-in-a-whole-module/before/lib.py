import other
g = other.h
