from ._impl import *
from ._impl import _register as register
WIDTHS = (64, 128)
