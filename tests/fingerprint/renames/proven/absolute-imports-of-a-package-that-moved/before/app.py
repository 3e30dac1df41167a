from pkg.a import f


def run():
    return f()
