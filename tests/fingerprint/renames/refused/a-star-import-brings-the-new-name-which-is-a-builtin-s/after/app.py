import other
from other import *


def run():
    return abs(-1) + other.abs()
