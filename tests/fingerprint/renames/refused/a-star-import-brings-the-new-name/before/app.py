from lib import f
from other import *


def run():
    return f(1)
