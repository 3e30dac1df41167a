from lib import PARTS
PARTS['a'].append(2)
