from lib import STATE
STATE.append(1)
