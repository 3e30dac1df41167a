def g(): return 9
