import hub
from user import s


def run():
    return hub.f(1) - 10 * s(1)
