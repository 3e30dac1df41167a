from . import plug
