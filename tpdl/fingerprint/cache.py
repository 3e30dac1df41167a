"""The summaries of all source files, kept in one JSON file, so that a run in which nothing changed parses nothing.

Deleting the file costs one parse of the project, never a wrong answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.errors import UserError
from tpdl.files import LARGEST_JSON, FileSignature, atomic_write, read_bytes, sha256_bytes

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Summary

SCHEMA = 3
"""The format of the file. After a change of this number no older file is read."""
FILES = b'"files":'
"""What divides the head of the file from the summaries, whose hash is in the head: a damaged file is no cache."""


class SummaryCache:
    """Summaries of source files by path, each valid as long as the file's signature stays the same.

        cache = SummaryCache(root / ".tpdl" / "cache" / "sources")
        signature = FileSignature.of(root / path)     # before the file is read
        summary = cache.get(path, signature)
        if summary is None:
            summary = summarise(…)
            cache.put(path, signature, summary)
        cache.save(root)

    Args:
        file: where the summaries are kept; None to keep none.
        hidden: the libraries that a module of the project hides; a summary is valid for these.
    """

    def __init__(self, file: Path | None, hidden: Sequence[str] = ()) -> None:
        self._file = file
        self._key = [*_key(), list(hidden)]
        self._known: dict[str, tuple[str, Summary]] = {}
        self._changed = False
        if file is not None:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
                content = read_bytes(file, LARGEST_JSON)
                stored = json.loads(content)
                summaries = content.partition(FILES)[2].rstrip()[:-1]
                if stored["key"] == self._key and stored["sha256"] == sha256_bytes(summaries):
                    self._known = {path: (signature, summary) for path, (signature, summary) in stored["files"].items()}

    def get(self, path: str, signature: FileSignature) -> Summary | None:
        """The summary of a file that nobody has touched since it was put here; None for any other."""
        known = self._known.get(path)
        return known[1] if known and known[0] == str(signature) else None

    def put(self, path: str, signature: FileSignature, summary: Summary) -> None:
        """Remember a summary, unless the file was changed just now; `signature` was taken before the file was read."""
        if signature.is_settled:
            self._known[path] = (str(signature), summary)
            self._changed = True

    def save(self, root: Path) -> None:
        """Write what was learned, and forget files that are gone. If that fails, the next run has to parse again."""
        if self._file is None or not self._changed:
            return
        files = {path: known for path, known in self._known.items() if (root / path).exists()}
        summaries = json.dumps(files, separators=(",", ":")).encode()
        head = json.dumps({"key": self._key, "sha256": sha256_bytes(summaries)}, separators=(",", ":")).encode()
        with contextlib.suppress(UserError):
            atomic_write(self._file, head[:-1] + b"," + FILES + summaries + b"}")
        self._changed = False


def _key() -> list[object]:
    """A summary is valid for the code that made it, and for its version of Python, whose parser it came from."""
    with os.scandir(os.path.dirname(__file__)) as entries:
        code = sorted([entry.name, str(FileSignature.from_stat(entry.stat()))] for entry in entries if entry.is_file())
    return [SCHEMA, list(sys.version_info[:2]), code]
