import pkg.f
