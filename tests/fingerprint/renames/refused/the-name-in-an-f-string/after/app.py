new = 1


def run():
    return f"{new=}"
