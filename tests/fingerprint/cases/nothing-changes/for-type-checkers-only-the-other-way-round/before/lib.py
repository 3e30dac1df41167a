import typing as t
if not t.TYPE_CHECKING:
    A = 1
else:
    A = 2
def f(x): return A
