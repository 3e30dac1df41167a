import lib
while len(lib.STATE) < 3: lib.STATE.append(1)
