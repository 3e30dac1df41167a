from typing import TYPE_CHECKING
if TYPE_CHECKING:
    N = 2
def f(x): return N
