from .impl import g
