x = 1
import pkg.f
