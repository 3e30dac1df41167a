from lib import E
try:
    raise E(2)
except E: pass
