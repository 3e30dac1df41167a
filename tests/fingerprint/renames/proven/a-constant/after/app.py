from lib import area


def run():
    return area()
