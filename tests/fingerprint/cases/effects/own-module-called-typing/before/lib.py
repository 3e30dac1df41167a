from typing import TYPE_CHECKING
if TYPE_CHECKING:
    N = 1
def f(x): return N
