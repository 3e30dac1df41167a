"""Small projects in a temporary folder, and what an edit does to the closure of a function in them."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from tpdl.fingerprint import Sources


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write source files; the texts may be indented."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")


PROJECTS = Path(__file__).parent / "projects"
"""Projects that more than one test looks at; the tests edit copies of them."""


def project(name: str, root: Path) -> Path:
    """Copy one of `projects/` to `root`."""
    shutil.copytree(PROJECTS / name, root, dirs_exist_ok=True)
    return root


def closure(root: Path, function: str = "app:run", uses: Sequence[str] = ()) -> dict[str, str]:
    """The closure as the files are now."""
    return Sources(root).closure(function, uses)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """What a status would name: "+symbol" is new, "-symbol" is gone, "symbol" has other content."""
    new = {f"+{symbol}" for symbol in after.keys() - before.keys()}
    gone = {f"-{symbol}" for symbol in before.keys() - after.keys()}
    return new | gone | {symbol for symbol in before.keys() & after.keys() if before[symbol] != after[symbol]}
