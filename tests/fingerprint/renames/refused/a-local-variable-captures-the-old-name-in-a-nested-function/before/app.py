def old():
    return 1


def run():
    old = str

    def inner():
        return old()

    return inner()
