if 1:
    pass
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    A = 3
else:
    A = 2
def f(x): return A
