from lib import T
T += [1]
