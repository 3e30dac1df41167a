import functools

import lib


def run():
    return lib.kinds()
