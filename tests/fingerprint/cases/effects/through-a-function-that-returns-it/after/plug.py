import lib
def state(): return lib.STATE
state().append(2)
