TYPE_CHECKING = True
if TYPE_CHECKING:
    N = 1
def f(x): return N
