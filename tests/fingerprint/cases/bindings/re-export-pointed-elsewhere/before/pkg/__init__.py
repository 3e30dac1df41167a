from .a import f
from .b import f as g
