"""Where the data of the sample lie: beside this file. There is no outline of a blob, and there are no clouds."""

from __future__ import annotations

from pathlib import Path

from tpdl.errors import UserError


def resolve(name: str, root: Path) -> list[Path]:
    """The files of a data set, or [] where it is missing."""
    path = Path(__file__).parent / f"{name}.txt"
    return [path] if path.exists() else []


def describe(name: str, root: Path) -> str:
    """One line on missing data."""
    return f"{name} cannot be had"


def names() -> list[str]:
    """All data sets."""
    return ["outlines/square", "outlines/circle", "outlines/blob", "clouds"]


def fetch(name: str, root: Path) -> Path:
    """There is nowhere to fetch it from."""
    raise UserError(describe(name, root))
