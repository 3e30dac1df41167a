TYPE_CHECKING = True
if TYPE_CHECKING:
    N = 2
def f(x): return N
