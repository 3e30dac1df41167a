if 1:
    pass
TYPE_CHECKING = 0
if TYPE_CHECKING:
    A = 1
else:
    A = 2
def f(x): return A
