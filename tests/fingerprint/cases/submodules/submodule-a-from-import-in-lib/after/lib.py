from pkg.f import g
x = 1
