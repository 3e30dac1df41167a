import lib
def __getattr__(name): lib.STATE.append(name)
