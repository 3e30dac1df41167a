import a
import c


def run():
    return c.f() - 10 * a.h()
