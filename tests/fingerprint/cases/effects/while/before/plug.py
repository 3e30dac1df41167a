import lib
while len(lib.STATE) < 2: lib.STATE.append(1)
