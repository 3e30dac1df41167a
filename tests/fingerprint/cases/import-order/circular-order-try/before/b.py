import a
try:
    SEEN = a.X
except AttributeError:
    SEEN = 0
