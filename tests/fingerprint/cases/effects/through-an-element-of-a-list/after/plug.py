import lib
ALL = [lib.STATE]
ALL[0].append(2)
