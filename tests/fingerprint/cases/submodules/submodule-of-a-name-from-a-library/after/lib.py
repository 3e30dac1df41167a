import pkg.floor
