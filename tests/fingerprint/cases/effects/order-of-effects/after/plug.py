import lib
lib.STATE.append(2)
lib.STATE.append(1)
