from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import a
def f(x):
    return x + 1
