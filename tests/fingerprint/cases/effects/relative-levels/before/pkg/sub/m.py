from .h import g
