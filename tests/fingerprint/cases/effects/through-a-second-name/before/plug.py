import lib
S = lib.STATE
S.append(1)
