import lib
def grow(): lib.STATE.append(1)
