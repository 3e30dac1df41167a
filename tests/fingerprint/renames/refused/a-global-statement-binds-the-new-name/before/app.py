old = 1


def change():
    global new
    new = 5


def run():
    change()
    return old
