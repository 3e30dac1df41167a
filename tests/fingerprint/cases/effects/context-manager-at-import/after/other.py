from lib import ctx
with ctx(2): pass
