"""Files that an installed Python package brings, such as trained weights."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def packaged_file(package: str, file: str) -> Path | None:
    """The path of `file` in a package, found without importing it; None where the package or the file is missing.

    >>> packaged_file("json", "decoder.py").name
    'decoder.py'
    >>> packaged_file("no_such_package", "weights.pth")
    """
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    return path if path and path.is_file() else None
