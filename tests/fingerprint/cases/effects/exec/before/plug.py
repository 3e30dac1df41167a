import lib
exec('lib.STATE.append(1)')
