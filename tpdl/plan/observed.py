"""What a step has opened, looked for, listed and imported, beyond what its fingerprint covers: as it is now.

Example:
    observed = {"my.csv": "03ac…", "local.yaml": None, "templates/": "9f86…", "lib/plug.py": "code 5f2c…"}
    Now(project).of(observed, step)      # the same keys, with what they stand for now
    differences(observed, now)           # ["file my.csv changed", "file local.yaml appeared", …]

The keys are paths, relative to the project's folder:

    my.csv        a file, with the SHA-256 of its content; None where it was looked for and there is none
    lib/plug.py   a module that was imported under a name that nobody foresaw: the word `code`, and a hash of its source
                  without comments and formatting
    templates/    a folder that was listed, with a hash of the names in it
    images/*      a folder of which many files were read, with a hash of all their contents

What lies outside of the project, and is not on this machine, counts as it is recorded.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from tpdl.files import is_unfinished, sha256_bytes
from tpdl.images import SUFFIX as IMAGES
from tpdl.plan.hashes import HashCache
from tpdl.plan.record import RECORD_SUFFIX
from tpdl.plan.step import Observed, Step

CODE = "code "
ALL = "/*"
NOT_LISTED = frozenset({".tpdl", ".git", "__pycache__", ".DS_Store", ".ipynb_checkpoints"})
"""Names that are no part of a folder's list."""


class Now:
    """What the keys of an observation stand for at this moment; each path is looked at once.

    Args:
        root: the project's folder.
        hashes: remembers contents.
    """

    def __init__(self, root: Path, hashes: HashCache) -> None:
        self._root, self._hashes = root, hashes
        self._known: dict[tuple[str, bool], str | None] = {}

    def of(self, observed: Observed, step: Step) -> Observed:
        """The present values for the keys of what a step has observed."""
        return {key: self._value(key, value, step) for key, value in observed.items()}

    def _value(self, key: str, recorded: str | None, step: Step) -> str | None:
        if key.endswith("/"):
            value = listing(self._root / key, own=own_files(step))
        else:
            known = (key, (recorded or "").startswith(CODE))
            if known not in self._known:
                self._known[known] = self._content(*known)
            value = self._known[known]
        is_elsewhere = value is None and key.startswith("../")
        return recorded if is_elsewhere else value

    def _content(self, key: str, is_code: bool) -> str | None:
        path = self._root / key
        if key.endswith(ALL):
            return contents(path.parent, self._hashes)
        if os.path.isdir(path):
            return "folder"
        if is_code:
            sha = self._hashes.of_file(path, lambda path: sha256_of_code(path.read_bytes()), "code")
            return None if sha is None else CODE + sha[:16]
        return self._hashes.of_file(path)


def own_files(step: Step) -> set[Path]:
    """What a step writes itself."""
    return {*with_images(step.products), step.record_path}


def with_images(products: Iterable[Path]) -> set[Path]:
    """Products, and for an index of images the folder of these."""
    files = set(products)
    return files | {path.with_suffix("") for path in files if path.suffix == IMAGES}


def listing(folder: Path, own: Collection[Path] = ()) -> str | None:
    """A hash of the names in a folder; None where there is none."""
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    return hash_of_names(folder, names, own)


def hash_of_names(folder: Path, names: Iterable[str], own: Collection[Path] = ()) -> str:
    """A hash of names, apart from those that only tpdl and its like have written there."""
    return sha256_bytes("\n".join(sorted(names_that_count(folder, names, own))).encode("utf-8", "surrogateescape"))


def names_that_count(folder: Path, names: Iterable[str], own: Collection[Path] = ()) -> set[str]:
    """The names in a folder that are not tpdl's, nor the step's own."""
    own_names = {path.relative_to(folder).parts[0] for path in own if path.is_relative_to(folder)}
    return {
        name
        for name in names
        if name not in NOT_LISTED
        and name not in own_names
        and not name.endswith((RECORD_SUFFIX, ".pyc"))
        and not is_unfinished(name)
    }


def contents(folder: Path, hashes: HashCache) -> str | None:
    """A hash of all files directly in a folder; None where there is none."""
    try:
        names = sorted(names_that_count(folder, os.listdir(folder)))
    except OSError:
        return None
    lines = [f"{name} {hashes.of_file(folder / name)}" for name in names if (folder / name).is_file()]
    return sha256_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))


def hash_of_code(source: bytes) -> str:
    """The value that stands for a module."""
    return CODE + sha256_of_code(source)[:16]


def sha256_of_code(source: bytes) -> str:
    """A hash of what a source means: comments and formatting do not count, docstrings and annotations do."""
    # Imported only where there is something to parse: `tpdl status` must not wait for it.
    import ast

    from tpdl.fingerprint.canonical import dump

    try:
        text = dump(ast.parse(source), full=True).encode()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = source
    return sha256_bytes(text)


def differences(before: Observed, now: Observed) -> Iterator[str]:
    """What changed from one observation to another, a phrase each."""
    for key in sorted(before.keys() | now.keys()):
        old, new = before.get(key), now.get(key)
        if key not in before or key not in now:
            yield f"{_named(key)} is read {'now' if key in now else 'no more'}"
        elif old != new:
            yield f"{_named(key, old or new)} {_change(key, old, new)}"


def _named(key: str, value: str | None = None) -> str:
    if key.endswith(ALL):
        return f"folder {key[:-1]}"
    if key.endswith("/") or value == "folder":
        return f"folder {key}"
    if value and value.startswith(CODE):
        module = key.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return f"module {key if key.startswith('../') else module}"
    return f"file {key}"


def _change(key: str, old: str | None, new: str | None) -> str:
    if new is None:
        return "is gone"
    if old is None:
        return "appeared"
    if key.endswith(ALL):
        return "has other files, or other contents"
    if key.endswith("/"):
        return "has another list of files"
    return "changed (imported while it ran)" if old.startswith(CODE) else "changed"


def watched(root: Path, observations: Iterable[Mapping[str, str | None]]) -> tuple[set[Path], set[Path]]:
    """The files, and the folders with what lies in them, that somebody has observed: for `tpdl watch`."""
    files: set[Path] = set()
    folders: set[Path] = set()
    for observed in observations:
        for key in observed:
            if key.endswith(("/", ALL)):
                folders.add(root / key.removesuffix("*"))
            else:
                files.add(root / key)
    return files, folders
