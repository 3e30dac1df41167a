import lib
try:
    lib.STATE.append(2)
finally: pass
