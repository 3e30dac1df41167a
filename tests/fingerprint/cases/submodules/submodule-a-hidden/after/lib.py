import pkg.f
x = 1
