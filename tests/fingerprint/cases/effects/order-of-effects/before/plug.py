import lib
lib.STATE.append(1)
lib.STATE.append(2)
