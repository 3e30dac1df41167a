from lib import STATE
STATE += [1]
