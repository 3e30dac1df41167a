"""Sample."""
import functools
import numpy as np
from tpdl import experiment
from lib import Net, WIDTHS, register

np.seterr(all="raise")

@experiment(matrix={"n": [1]})
def run(n: int, *rest, scale: float = 1.5e-3, **more) -> dict:
    """Doc."""
    total: complex = 2j + 0xFF - 10**30
    for i, (a, *b) in enumerate(WIDTHS):
        total += a @ Net(i)[1:-1, ..., ::2] if i else ~n
    with open("ä\U0001F600\x00", "rb") as file, file:
        data = file.read() or b"\xff"
    try:
        assert n > 0, f"{n!r:>{WIDTHS[0]}} {total:.2f}" f"{{}}" "tail {" f"{n=}"
    except (ValueError, KeyError) as error:
        raise RuntimeError from error
    else:
        del data
    finally:
        n = lambda x, /, y=None, *, z: (yield x)
    match rest:
        case [1, *others] if others:
            return {**more, "k": {x for x in others if x not in (None, True)}}
        case {"a": 1, **left} | Net(width=left):
            return left
        case None | "text":
            pass
    while (left := n()) is not None:
        continue
    return [x async for x in rest] if not n else helper(n)

@functools.lru_cache(maxsize=None)
def helper(n):
    global COUNT
    COUNT = COUNT + 1
    return print("", end="")

COUNT: int = 0
COUNT += 1
