"""The hash of a symbol."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def digest(texts: Iterable[str]) -> str:
    """16 hexadecimal digits of the SHA-256 of `texts`, one a line.

    >>> digest(["def f(x):", "    return 2 * x"])
    '707cf839064af70c'
    """
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
