"""Where the page's links lead: files are referred to where they lie, relative to the page.

Example:
    Addresses(root / ".tpdl/explore", root).of(root / "figures/toy/seed=1.csv")    # "../../figures/toy/seed%3D1.csv"
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Addresses:
    """Addresses as they are seen from a page."""

    folder: Path
    """The folder of the page."""
    root: Path
    """The project."""

    def of(self, path: Path) -> str:
        """The address of a file."""
        try:
            return quote(os.path.relpath(path, self.folder).replace(os.sep, "/"))
        except ValueError:  # on another drive
            return path.absolute().as_uri()
