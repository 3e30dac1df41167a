import lib
lib.STATE.append(1)
