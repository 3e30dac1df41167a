def f(): return 1
UNUSED = 1 / 0
