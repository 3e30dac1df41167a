import lib
T = lib.A if True else []
T.append(1)
