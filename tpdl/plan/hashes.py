"""Content hashes of files and folders, remembered as long as the file system says that nothing was touched."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tpdl.errors import StepError
from tpdl.files import atomic_write, sha256_bytes, sha256_file

_SETTLED_NS = 100_000_000
"""A file touched less than 0.1 s ago may be touched again within one tick of its clock, so its hash is not remembered."""


class HashCache:
    """SHA-256 by path, kept in one JSON file and checked by size, modification time, change time and inode.

    Deleting the file costs one rehash, never a wrong answer.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, tuple[str, str]] = {}
        self._changed = False
        with contextlib.suppress(OSError, ValueError):
            self._known = {path: (signature, sha) for path, (signature, sha) in json.loads(file.read_text()).items()}

    def of_file(self, path: Path) -> str | None:
        """The hash of a file's content, or None where there is no file."""
        try:
            stat = path.stat()
        except OSError:
            return None
        signature = _signature(stat)
        return self._remember(path, signature, stat.st_mtime_ns, lambda: sha256_file(path))

    def of_paths(self, paths: Iterable[Path]) -> str | None:
        """One hash for files and folders together: names below their root and contents count, times do not."""
        files: list[tuple[str, Path]] = []
        for path in paths:
            files += [(path.name, path)] if path.is_file() else _below(path)
        if not files:
            return None
        stats = [(name, path, path.stat()) for name, path in files]
        signature = sha256_bytes("\n".join(f"{name} {_signature(stat)}" for name, _, stat in stats).encode())
        newest = max(stat.st_mtime_ns for *_, stat in stats)

        def content() -> str:
            return sha256_bytes("\n".join(f"{name} {sha256_file(path)}" for name, path in files).encode())

        return self._remember(files[0][1].parent / f"<{len(files)} files>", signature, newest, content)

    def save(self) -> None:
        """Write the cache, if anything was learned. A read-only disk only costs the next run some time."""
        if self._changed:
            with contextlib.suppress(StepError):
                atomic_write(self._file, json.dumps(self._known))
            self._changed = False

    def _remember(self, path: Path, signature: str, modified_ns: int, content: Callable[[], str]) -> str:
        key = os.fspath(path)
        known = self._known.get(key)
        if known and known[0] == signature:
            return known[1]
        sha = content()
        if time.time_ns() - modified_ns > _SETTLED_NS:
            self._known[key] = (signature, sha)
            self._changed = True
        return sha


def _signature(stat: os.stat_result) -> str:
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _below(folder: Path) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for parent, folders, names in os.walk(folder):
        folders.sort()
        found += [(os.path.relpath(os.path.join(parent, name), folder), Path(parent, name)) for name in sorted(names)]
    return found
