"""Two-way analysis of variance: how much of a property depends on a table's column (Shrout and Fleiss 1979)?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc


@dataclass(frozen=True)
class TwoWay:
    """A two-way analysis of variance with one value in each cell."""

    column_share: float
    """Fraction of the sum of squares that the column explains, after the rows' means are removed: 0 … 1."""
    correlation: float
    """Intraclass correlation ICC(3,1): of two values of one column in different rows; at most 1."""
    f_statistic: float
    """Variance between columns over the residual variance: 1 on average if columns have no effect."""
    p: float
    """The p-value: probability of such an F or a larger one if columns have no effect."""


def two_way(values: np.ndarray) -> TwoWay:
    """Analyse a table [rows, columns], such as the slant of digits by class and noise vector.

        >>> result = two_way(np.array([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]))
        >>> result.column_share, result.correlation
        (1.0, 1.0)

    Raises:
        ValueError: there are fewer than two rows or columns.
    """
    rows, columns = values.shape
    if min(rows, columns) < 2:
        raise ValueError(f"at least two rows and two columns, not {rows} and {columns}")
    centred = values - values.mean(1, keepdims=True)
    between = rows * (centred.mean(0) ** 2).sum()
    left = ((centred - centred.mean(0)) ** 2).sum()
    mean_between, mean_left = between / (columns - 1), left / ((rows - 1) * (columns - 1))
    ratio = mean_between / max(mean_left, 1e-12 * mean_between, np.finfo(float).tiny)
    return TwoWay(
        float(between / max(between + left, np.finfo(float).tiny)),
        float((mean_between - mean_left) / max(mean_between + (rows - 1) * mean_left, np.finfo(float).tiny)),
        float(ratio),
        float(fdtrc(columns - 1, (rows - 1) * (columns - 1), ratio)),
    )
