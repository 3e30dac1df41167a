from lib import ctx
with ctx(1): pass
