import lib
lib.STATE.append(2)
