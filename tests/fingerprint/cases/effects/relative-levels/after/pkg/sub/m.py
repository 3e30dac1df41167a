from ..h import g
