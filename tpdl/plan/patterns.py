"""Files that a declaration names in advance, by patterns: `files=["data/*.csv"]`.

Example:
    matching(root, "data/*.csv")         # ["data/a.csv", "data/b.csv"]
    matching(root, "data")               # every file in the folder, at any depth
    no_match(root, "data/*.cvs")         # "files: nothing matches data/*.cvs; did you mean `data/a.csv`?"
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from tpdl.errors import UserError
from tpdl.files import folder_id
from tpdl.fingerprint import Declaration
from tpdl.nearest import nearest
from tpdl.plan.arguments import data_name, where

NEVER = frozenset({".git", ".tpdl", "__pycache__"})


def file_patterns(
    arguments: Mapping[str, Any], parameters: Mapping[str, Any], declared: Declaration
) -> tuple[str, ...]:
    """The argument `files` of a declaration, with the step's parameters put in.

    Raises:
        UserError: it is no list of text, or a pattern leads out of the project.
    """
    value = arguments.get("files") or ()
    if not isinstance(value, list | tuple) or not all(isinstance(pattern, str) and pattern for pattern in value):
        raise UserError(f'{where(declared)}: files must be a list of patterns, files=["data/*.csv"], not {value!r}')
    patterns = [data_name(pattern, parameters, declared) if "{" in pattern else pattern for pattern in value]
    for pattern in patterns:
        path = PurePosixPath(pattern.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", pattern) or pattern.startswith("~"):
            raise UserError(
                f"{where(declared)}: files {pattern!r} leads out of the project; patterns begin in its folder, and "
                "what lies elsewhere is a data set: data=[…]"
            )
    return tuple(PurePosixPath(pattern.replace("\\", "/")).as_posix() for pattern in patterns)


def matching(root: Path, pattern: str) -> list[str]:
    """The files that a pattern means, relative to the project's folder, sorted; of folders, all that is in them."""
    found: set[str] = set()
    for name in _expanded(root, "", pattern):
        path = root / name
        if path.is_dir():
            for parent, folders, inside in os.walk(path):
                folders[:] = [folder for folder in folders if folder not in NEVER]
                found.update(os.path.relpath(os.path.join(parent, each), root) for each in inside)
        else:
            found.add(name)
    names = {os.path.normpath(name).replace(os.sep, "/") for name in found}
    return sorted(name for name in names if NEVER.isdisjoint(name.split("/")) and (root / name).is_file())


def _expanded(root: Path, folder: str, pattern: str) -> Iterator[str]:
    """What a pattern means in a folder below the root, as `glob` has it, except that circles of links end."""
    before, recursive, after = f"/{pattern}/".partition("/**/")
    before, after = before.strip("/"), after.strip("/")
    starts = [os.path.join(folder, name) for name in glob.glob(before, root_dir=root / folder)] if before else [folder]
    if not recursive:
        yield from starts
        return
    for start in starts:
        if start and not after:
            yield start
        for below in _folders(root, start):
            found = _expanded(root, below, after or "*")
            yield from found if after else (name for name in found if not (root / name).is_dir())


def _folders(root: Path, start: str) -> Iterator[str]:
    """A folder and those in it, at any depth, without hidden ones. A link back to one that it lies in leads nowhere."""
    waiting = [(start, {folder_id(root / parent) for parent in Path(start).parents})]
    while waiting:
        folder, above = waiting.pop()
        yield folder
        above = above | {folder_id(root / folder)}
        with contextlib.suppress(OSError):
            for name in os.listdir(root / folder):
                inside = os.path.join(folder, name)
                is_seen = not name.startswith(".") and name not in NEVER and os.path.isdir(root / inside)
                if is_seen and folder_id(root / inside) not in above:
                    waiting.append((inside, above))


def no_match(root: Path, pattern: str) -> str:
    """What is wrong with a pattern that matches nothing, with the nearest name that there is."""
    folder, rest = root, pattern.split("/")
    while len(rest) > 1 and (folder / rest[0]).is_dir() and not glob.has_magic(rest[0]):
        folder /= rest.pop(0)
    prefix = folder.relative_to(root).as_posix() + "/" if folder != root else ""
    try:
        names = [f"{prefix}{name}" for name in os.listdir(folder) if not name.startswith(".") and name not in NEVER]
    except OSError:
        names = []
    return f"files: nothing matches {pattern!r}; {nearest(prefix + rest[0], names)}"
