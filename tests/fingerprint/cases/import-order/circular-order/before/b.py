import a
SEEN = hasattr(a, "X")
