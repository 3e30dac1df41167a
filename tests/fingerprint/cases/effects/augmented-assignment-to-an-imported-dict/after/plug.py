from lib import STATE
STATE |= {'a': 2}
