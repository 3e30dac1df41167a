def f(): return 1
from .f import g

