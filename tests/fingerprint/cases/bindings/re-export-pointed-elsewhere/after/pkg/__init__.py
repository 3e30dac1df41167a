from .b import f
from .a import f as g
