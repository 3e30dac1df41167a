"""The summaries of all files, kept in one JSON file, so that a run in which nothing changed parses nothing.

Deleting the file costs one parse of the project, never a wrong answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.errors import UserError
from tpdl.files import atomic_write

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Summary

SCHEMA = 1

SETTLED_NS = 100_000_000
"""A file touched this recently may be touched again within one tick of the file system's clock: it is not remembered."""
COARSE_SETTLED_NS = 2_000_000_000
"""The same for file systems that count whole seconds."""


class SummaryCache:
    """Summaries by path, each valid as long as size, times of modification and change, and inode stay the same."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._key = _key()
        self._known: dict[str, tuple[list[int], Summary]] = {}
        self._changed = False
        if file is not None:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                stored = json.loads(file.read_bytes())
                if stored["key"] == self._key:
                    self._known = {path: (signature, summary) for path, (signature, summary) in stored["files"].items()}

    def get(self, path: str, stat: os.stat_result) -> Summary | None:
        """The summary of a file that has not been touched since."""
        known = self._known.get(path)
        return known[1] if known and known[0] == _signature(stat) else None

    def put(self, path: str, stat: os.stat_result, summary: Summary) -> None:
        """Remember a summary; `stat` was taken before the file was read."""
        newest = max(stat.st_mtime_ns, stat.st_ctime_ns)
        coarse = stat.st_mtime_ns % 1_000_000_000 == 0
        if time.time_ns() - newest > (COARSE_SETTLED_NS if coarse else SETTLED_NS):
            self._known[path] = (_signature(stat), summary)
            self._changed = True

    def save(self, root: Path) -> None:
        """Write what was learned and forget files that are gone. A read-only disk only costs the next run some time."""
        if self._file is None or not self._changed:
            return
        files = {path: known for path, known in self._known.items() if (root / path).exists()}
        text = json.dumps({"key": self._key, "files": files}, separators=(",", ":"))
        with contextlib.suppress(UserError):
            atomic_write(self._file, text)
        self._changed = False


def _signature(stat: os.stat_result) -> list[int]:
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _key() -> list[object]:
    """A summary is valid for this code and this parser only."""
    with os.scandir(os.path.dirname(__file__)) as entries:
        own = sorted(
            [entry.name, entry.stat().st_size, entry.stat().st_mtime_ns] for entry in entries if entry.is_file()
        )
    return [SCHEMA, list(sys.version_info[:2]), own]
