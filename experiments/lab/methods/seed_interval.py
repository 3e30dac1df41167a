"""The mean over a few seeds and its confidence interval."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit  # scipy.stats has it as t.ppf, and takes a second to import


def seed_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float, float]:
    """Mean and Student's t interval; with three to five seeds a bootstrap interval would be far too narrow.

        >>> [round(value, 2) for value in seed_interval(np.array([1.0, 2.0, 3.0]))]
        [2.0, -0.48, 4.48]

    Args:
        values: one for each seed, at least one. For a single one, both ends are the value itself.
        level: confidence level.

    Returns:
        mean, lower end and upper end.

    Raises:
        ValueError: there are no values.
    """
    if len(values) == 0:
        raise ValueError("no values to average")
    mean = float(np.mean(values))
    if len(values) == 1:
        return mean, mean, mean
    half = float(stdtrit(len(values) - 1, (1 + level) / 2) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half
