import lib
try:
    lib.STATE.append(1)
finally: pass
