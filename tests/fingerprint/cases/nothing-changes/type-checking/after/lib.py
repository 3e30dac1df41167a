from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import b
def f(x):
    return x + 1
