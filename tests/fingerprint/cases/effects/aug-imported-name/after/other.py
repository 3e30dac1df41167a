from lib import T
T += [2]
