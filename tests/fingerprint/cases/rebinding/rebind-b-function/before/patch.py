import shared, lib
def install(): lib.T = shared.OBJ
install()
