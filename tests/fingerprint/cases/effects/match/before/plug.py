import lib
match 1:
    case 1: lib.STATE.append(1)
