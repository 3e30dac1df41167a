import a
import c


def run():
    return a.f() - 10 * c.h()
