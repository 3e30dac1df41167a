from other import magnitude


def run():
    return magnitude(-1) + abs(-2)
