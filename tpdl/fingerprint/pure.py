"""The functions that a declaration may call: their results depend on their arguments alone, and cost little.

>>> from tpdl.limits import Budget
>>> PURE["numpy.logspace"](Budget(), -3, -1, 3)
[0.001, 0.01, 0.1]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tpdl.limits import Budget

Bounded = Callable[..., Any]
"""Takes a budget first, pays for the items that it makes before it makes them, and returns what JSON can hold."""


@dataclass(frozen=True)
class Pure:
    """What the name of such a function stands for; only a call gives a value."""

    name: str


def _range(budget: Budget, *limits: int) -> list[int]:
    numbers = range(*limits)
    budget.spend(len(numbers))
    return list(numbers)


def _made(make: Callable[[Any], Any]) -> Bounded:
    def bounded(budget: Budget, items: Iterable[Any] = (), **options: Any) -> Any:
        items = list(items)
        budget.spend(len(items))
        return make(items, **options)

    return bounded


def _zip(budget: Budget, *several: Iterable[Any], strict: bool = False) -> list[tuple[Any, ...]]:
    found = list(zip(*several, strict=strict))
    budget.spend(len(found) * (1 + len(several)))
    return found


def _enumerate(budget: Budget, items: Iterable[Any], start: int = 0) -> list[tuple[int, Any]]:
    return _zip(budget, _range(budget, start, start + len(list(items))), items)


def _plain(function: Callable[..., Any]) -> Bounded:
    return lambda budget, *arguments, **options: function(*arguments, **options)


def _space(name: str) -> Bounded:
    def bounded(budget: Budget, start: float, stop: float, num: int = 50, **options: Any) -> list[float]:
        import numpy as np

        budget.spend(num)
        return getattr(np, name)(start, stop, num, **options).tolist()  # type: ignore[no-any-return]

    return bounded


def _arange(budget: Budget, *limits: float) -> list[float]:
    import numpy as np

    start, stop, step = (0, *limits, 1) if len(limits) == 1 else (*limits, 1)[:3]
    budget.spend(max(0, math.ceil((stop - start) / step)))
    return np.arange(*limits).tolist()


PURE: dict[str, Bounded] = {
    "range": _range,
    **{make.__name__: _made(make) for make in (list, tuple, set, sorted, dict)},
    "reversed": _made(lambda items: items[::-1]),
    "zip": _zip,
    "enumerate": _enumerate,
    "sum": Budget.total,
    "round": Budget.rounded,
    **{function.__name__: _plain(function) for function in (len, min, max, abs, int, float, str, bool)},
    **{
        f"math.{name}": _plain(getattr(math, name)) for name in ("sqrt", "exp", "log", "log2", "log10", "ceil", "floor")
    },
    **{f"numpy.{name}": _space(name) for name in ("linspace", "logspace", "geomspace")},
    "numpy.arange": _arange,
}
"""Full name -> the function; Python's own have no module."""
NAMES = frozenset(name.rpartition(".")[2] for name in PURE)
"""What a call of one of them ends in, however its module was imported."""
