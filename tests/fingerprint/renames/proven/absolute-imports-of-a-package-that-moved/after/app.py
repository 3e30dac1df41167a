from kit.a import f


def run():
    return f()
