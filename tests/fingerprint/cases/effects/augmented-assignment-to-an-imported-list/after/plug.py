from lib import STATE
STATE += [2]
