def g(x):
    return x * 2


def f(x):
    return x


class C:
    def f(self):
        return 1
