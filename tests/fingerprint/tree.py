"""Small projects in a temporary folder, and what an edit does to the closure of a function in them."""

from __future__ import annotations

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


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Replace `old`, which must be there exactly once."""
    path = root / name
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert old == "" or text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(old, new) if old else new + text, encoding="utf-8")


def closure(root: Path, function: str = "app:run", uses: Sequence[str] = ()) -> dict[str, str]:
    """The closure as the files are now."""
    return Sources(root).closure(function, uses)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """What a status would name: "+symbol" is new, "-symbol" is gone, "symbol" has other content."""
    new = {f"+{symbol}" for symbol in after.keys() - before.keys()}
    gone = {f"-{symbol}" for symbol in before.keys() - after.keys()}
    return new | gone | {symbol for symbol in before.keys() & after.keys() if before[symbol] != after[symbol]}
