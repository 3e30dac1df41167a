class B: pass
N = 1
