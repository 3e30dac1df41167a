import other
g = other.k
