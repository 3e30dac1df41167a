import pkg
import pkg.a


def run():
    return getattr(pkg, "a").f(1)
