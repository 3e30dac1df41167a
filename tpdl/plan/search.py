"""Random search: combinations of parameters that are drawn, and stay the same for everyone.

>>> draws({"lr": ("log", 1e-5, 1e-1), "layers": [1, 2, 3], "dropout": ("uniform", 0, 0.5)}, 2, seed=0)
[{'lr': 0.0003943, 'layers': 3, 'dropout': 0.3697}, {'lr': 0.0002944, 'layers': 1, 'dropout': 0.004997}]

A draw hangs on the seed, its number and the parameter's name alone: with more draws the first ones stay, and with one
parameter more those of the others do. Bergstra and Bengio 2012, "Random Search for Hyper-Parameter Optimization", say
why this beats a grid.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

DIGITS = 4
"""Significant digits of a number that is drawn: readable in a file's name, and finer than any result depends on."""
FORMS = 'a list of values, ("uniform", low, high), ("log", low, high) or ("integers", low, high)'


def draws(space: Mapping[str, Any], count: int, seed: int) -> list[dict[str, Any]]:
    """`count` combinations.

    Args:
        space: parameter -> a list of values, each as likely; `("uniform", low, high)`; `("log", low, high)`, uniform in
            the logarithm; or `("integers", low, high)`, both ends included.
        count: how many.
        seed: another seed gives other combinations.

    Raises:
        ValueError: a distribution is none of these; the message names it.
    """
    return [
        {name: _drawn(name, among, random.Random(f"{seed}/{i}/{name}").random()) for name, among in space.items()}
        for i in range(count)
    ]


def _drawn(name: str, among: Any, share: float) -> Any:
    """The value at a share of the distribution's probability."""
    match among:
        case ("uniform" | "log" | "integers" as kind, int() | float() as low, int() | float() as high) if low < high:
            if kind == "integers" and isinstance(low, int) and isinstance(high, int):
                return low + math.floor(share * (high - low + 1))
            if kind == "log" and low > 0:
                return _rounded(low * (high / low) ** share)
            if kind == "uniform":
                return _rounded(low + share * (high - low))
        case [_, *_] if isinstance(among, list):
            return among[math.floor(share * len(among))]
    raise ValueError(f"search of {name!r} is {among!r:.60}; it must be {FORMS}")


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
