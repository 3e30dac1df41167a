import hub
from user import s


def run():
    return hub.h(1) - 10 * s(1)
