from lib import h
from other import *


def run():
    return h(1)
