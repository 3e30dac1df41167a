import pkg.f.deep
