import other
from lib import *
from other import *


def run():
    return f(1) - other.f(1)
