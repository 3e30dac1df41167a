import lib
from functools import partial
def install(n): lib.STATE.append(n)
p = partial(install)
