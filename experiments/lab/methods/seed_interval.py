"""The mean of a measure over a few seeds, and how certain it is."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit  # scipy.stats has it as t.ppf, and takes a second to import


def seed_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float, float]:
    """Mean, and Student's interval of it: with three to five seeds a bootstrap would be far too narrow.

    Args:
        values: [seeds], at least one. Of a single one the interval is empty: both ends are the value.

    Raises:
        ValueError: no values.
    """
    if len(values) == 0:
        raise ValueError("no values to average")
    mean = float(np.mean(values))
    if len(values) == 1:
        return mean, mean, mean
    half = float(stdtrit(len(values) - 1, (1 + level) / 2) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half
