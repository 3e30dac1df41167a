"""Duplicates in a data set, and leakage: duplicates on both sides of its split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256

import numpy as np


def identical(encoded: Callable[[int], bytes], count: int) -> np.ndarray:
    """Number the groups of byte-identical files.

        >>> files = [b"cat", b"dog", b"cat"]
        >>> identical(lambda index: files[index], 3).tolist()
        [1, 0, 1]

    Args:
        encoded: index -> content of the file.
        count: number of files.

    Returns:
        int [files]: 1, 2, … for the groups in the order of their first file, 0 for a file without a duplicate.
    """
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for index in range(count):
        alike[sha256(encoded(index)).hexdigest()].append(index)
    groups = np.zeros(count, dtype=int)
    for number, members in enumerate((found for found in alike.values() if len(found) > 1), start=1):
        groups[members] = number
    return groups


def across(groups: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Which files have a duplicate on the other side of the split.

    Args:
        groups: int [files], as `identical` numbers them.
        train: bool [files].

    Returns:
        bool [files].
    """
    both = (set(groups[train]) & set(groups[~train])) - {0}
    return np.isin(groups, list(both))
