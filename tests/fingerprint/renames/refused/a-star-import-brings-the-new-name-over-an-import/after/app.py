from lib import k
from other import f
from other import *


def run():
    return k() + f()
