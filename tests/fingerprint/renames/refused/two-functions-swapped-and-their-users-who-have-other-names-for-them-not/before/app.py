from lib import f as p
from lib import g as q


def run():
    return p() - q()
