import other
from lib import *


def run():
    return f(1) - other.f(1)
