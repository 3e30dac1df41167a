import pkg
import pkg.b


def run():
    return getattr(pkg, "a").f(1)
