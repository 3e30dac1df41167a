"""Which Quarto there is, and whether it is new enough.

quarto = find_quarto(project.root)
quarto.version, quarto.usable     # (1, 10, 18), True
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REQUIRED = (1, 9)
"""The first version that makes a PDF of a book with Typst; older ones say nothing and leave it out."""
ENVIRONMENT = ".venv-quarto"
"""The folder of a project into which `make report` installs Quarto, if it can."""
PROGRAMS = ("bin/quarto", "Scripts/quarto.exe")
"""Where the program lies in it."""


@dataclass(frozen=True)
class Quarto:
    """A program that is there."""

    path: str
    version: tuple[int, ...]
    """Empty where the program does not say it."""

    @property
    def usable(self) -> bool:
        """Whether it renders a book as web page and as PDF."""
        return self.version >= REQUIRED

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return f"Quarto {'.'.join(map(str, self.version))}" if self.version else "the Quarto that says no version"

    @property
    def objection(self) -> str:
        """Why it cannot be used; for one that can, nothing."""
        if self.usable:
            return ""
        return f"{self.name} ({self.path}) is too old, {'.'.join(map(str, REQUIRED))} is needed for books as PDF"


def find_quarto(root: Path) -> Quarto | None:
    """The Quarto to render a project with; None where none is installed.

    `TPDL_QUARTO` names the one and only; else it is that on the path, beside this Python, or installed by
    `make report`; the first of these that is new enough.

    Args:
        root: the project's folder.
    """
    first: Quarto | None = None
    for path in _candidates(root):
        found = Quarto(path, _version(path))
        if found.usable:
            return found
        first = first or found
    return first


def _candidates(root: Path) -> Iterator[str]:
    named = os.environ.get("TPDL_QUARTO")
    if found := shutil.which(named or "quarto"):
        yield found
    if not named:
        if installed := shutil.which("quarto", path=os.path.dirname(sys.executable)):  # with the extra `quarto`
            yield installed
        yield from (
            str(root / ENVIRONMENT / program) for program in PROGRAMS if (root / ENVIRONMENT / program).exists()
        )


def _version(path: str) -> tuple[int, ...]:
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, errors="replace", timeout=60, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.search(r"^\s*v?(\d+(?:\.\d+)+)", done.stdout, re.MULTILINE)
    return tuple(int(part) for part in found[1].split(".")) if found and done.returncode == 0 else ()
