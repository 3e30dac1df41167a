"""The hash of symbols."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def digest(texts: Iterable[str]) -> str:
    """16 hexadecimal digits of the SHA-256 of `texts`, one per line."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
