def f(): return 1
from . import other

