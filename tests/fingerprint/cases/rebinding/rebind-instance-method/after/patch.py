from lib import OBJ
OBJ.f = lambda: 3
