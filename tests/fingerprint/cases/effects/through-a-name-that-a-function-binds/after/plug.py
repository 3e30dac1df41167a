import lib
S = [0]
def use():
    global S
    S = lib.STATE
use()
S.append(2)
