import lib
T = lib.A or []
T.append(1)
