"""Identical files in a data set, and those that lie on both sides of its split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256

import numpy as np


def identical(encoded: Callable[[int], bytes], count: int) -> np.ndarray:
    """Number the groups of byte-identical files.

    Args:
        encoded: index -> content of the file.
        count: number of files.

    Returns:
        int [files]: 1, 2, … for the groups in the order of their first file, 0 for a file that is like no other.
    """
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for index in range(count):
        alike[sha256(encoded(index)).hexdigest()].append(index)
    groups = np.zeros(count, dtype=int)
    for number, members in enumerate((found for found in alike.values() if len(found) > 1), start=1):
        groups[members] = number
    return groups


def across(groups: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Which files have an identical one on the other side of the split.

    Args:
        groups: as `identical` numbers them.
        train: [files] booleans.

    Returns:
        [files] booleans.
    """
    both = (set(groups[train]) & set(groups[~train])) - {0}
    return np.isin(groups, list(both))
