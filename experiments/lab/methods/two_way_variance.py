"""How much of a measured property goes with the column of a table, how much with its row (Shrout and Fleiss 1979)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc


@dataclass(frozen=True)
class TwoWay:
    """A two-way analysis of variance with one value in each cell."""

    column_share: float
    """Share of the sum of squares that goes with the column, once the rows' means are taken out: 0 … 1."""
    correlation: float
    """Intraclass correlation ICC(3,1), of two values of one column in different rows, rows' means apart: at most 1."""
    f_statistic: float
    """Variance between columns over the variance within them that is left: 1 if columns mean nothing."""
    p: float
    """Probability of such an F or a larger one, if columns mean nothing."""


def two_way(values: np.ndarray) -> TwoWay:
    """Analyse a table [rows, columns], such as a digit's slant by class and noise vector.

    Raises:
        ValueError: fewer than two rows or columns.
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
