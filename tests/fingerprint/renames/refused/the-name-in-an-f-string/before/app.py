old = 1


def run():
    return f"{old=}"
