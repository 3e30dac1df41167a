from lib import E
try:
    raise E(1)
except E: pass
