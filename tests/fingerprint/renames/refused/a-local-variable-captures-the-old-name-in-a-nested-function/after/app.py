def new():
    return 1


def run():
    old = str

    def inner():
        return new()

    return inner()
