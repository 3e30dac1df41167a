"""A curve in one line of text: the losses of a training while it runs.

Example:
    losses = Series()
    for loss in (1.0, 0.5, 0.3, 0.25):
        losses.append(loss)
    losses.drawn(4)     # "█▃▁▁"
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

BLOCKS = "▁▂▃▄▅▆▇█"
MOST = 512
"""Values that are kept of one curve: more than any terminal is wide."""


class Series:
    """Values that come one after the other, evenly thinned out so that a training of days needs no more memory."""

    def __init__(self) -> None:
        self._values: list[float] = []
        self._stride = 1
        """Every how many-th value is kept."""
        self._seen = 0

    def append(self, value: float) -> None:
        """Add a value; one that is not finite has no place on a curve."""
        if not math.isfinite(value):
            return
        if self._seen % self._stride == 0:
            self._values.append(value)
        self._seen += 1
        if len(self._values) > MOST:
            self._values = self._values[::2]
            self._stride *= 2

    def drawn(self, width: int) -> str:
        """The curve, at most `width` characters; empty where two values have not come yet."""
        return sparkline(self._values, width) if len(self._values) > 1 else ""


def sparkline(values: Sequence[float], width: int) -> str:
    """Values as blocks of eight heights, from their smallest to their largest.

    >>> sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8), sparkline([3, 3], 8)
    ('▁▂▃▄▅▆▇█', '▁▁')

    Args:
        values: finite numbers, at least one.
        width: characters; where there are more values, each shows the mean of several.
    """
    count = min(width, len(values))
    edges = [index * len(values) // count for index in range(count + 1)]
    means = [math.fsum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    low, high = min(means), max(means)
    top = len(BLOCKS) - 1
    return "".join(BLOCKS[round((mean - low) / (high - low) * top) if high > low else 0] for mean in means)
