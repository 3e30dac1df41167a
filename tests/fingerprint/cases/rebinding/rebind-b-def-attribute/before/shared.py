def f(): pass
f.n = 0
