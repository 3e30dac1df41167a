import lib
a = lib.STATE or []
a.append(2)
