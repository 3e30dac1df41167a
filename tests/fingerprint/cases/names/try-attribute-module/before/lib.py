def f(): pass

