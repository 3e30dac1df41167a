import atexit, lib
@atexit.register
def end(): lib.STATE.append(1)
