def g(): return 3
