"""Content hashes of files and folders, remembered as long as the file system says that nothing was touched."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from tpdl.errors import StepError
from tpdl.files import FileSignature, atomic_write, read_json, sha256_bytes, sha256_file

SHA256 = re.compile("[0-9a-f]{64}")
UNREADABLE = "unreadable"
"""In place of a hash, which it equals none of: there is a folder, a pipe, or a file that nobody here may read."""


class HashCache:
    """SHA-256 by path, each valid as long as the file's signature stays the same.

        hashes = HashCache(root / ".tpdl" / "cache" / "hashes.json")
        hashes.of_file(root / "figures/transfer/layer-cut.csv")    # "5f2c…", read only if somebody has touched it
        hashes.of_paths([data / "mnist"])                          # one hash for everything in the folder
        hashes.save()

    Args:
        file: where the hashes are kept. Deleting it costs one more reading of everything, never a wrong answer.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, tuple[str, str]] = {}
        self._changed = False
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            known = {path: (signature, sha) for path, (signature, sha) in read_json(file).items()}
            if all(isinstance(signature, str) and SHA256.fullmatch(sha) for signature, sha in known.values()):
                self._known = known

    def of_file(self, path: Path) -> str | None:
        """The hash of a file's content, None where there is no file, `UNREADABLE` where it cannot be read."""
        try:
            signature = FileSignature.of(path)
        except OSError:
            return None
        try:
            return self._remembered(path, str(signature), signature.is_settled, lambda: sha256_file(path))
        except OSError:
            return UNREADABLE

    def of_paths(self, paths: Iterable[Path]) -> str | None:
        """One hash for files and folders together: names below their root and contents count, times do not."""
        files: list[tuple[str, Path]] = []
        for path in paths:
            files += [(path.name, path)] if path.is_file() else _below(path)
        if not files:
            return None
        signatures = [(name, FileSignature.of(path)) for name, path in files]
        together = _hash_of_lines(f"{name} {signature}" for name, signature in signatures)
        settled = all(signature.is_settled for _, signature in signatures)
        return self._remembered(
            files[0][1].parent / f"<{len(files)} files>",
            together,
            settled,
            lambda: _hash_of_lines(f"{name} {sha256_file(path)}" for name, path in files),
        )

    def save(self) -> None:
        """Write the cache, if anything was learned. If that fails, the next run has to read the files again."""
        if self._changed:
            with contextlib.suppress(StepError):
                atomic_write(self._file, json.dumps(self._known))
            self._changed = False

    def _remembered(self, path: Path, signature: str, settled: bool, content_hash: Callable[[], str]) -> str:
        """The hash that is known for a signature, else what `content_hash` computes, kept if the files are settled."""
        key = os.fspath(path)
        known = self._known.get(key)
        if known and known[0] == signature:
            return known[1]
        sha = content_hash()
        if settled:
            self._known[key] = (signature, sha)
            self._changed = True
        return sha


def _hash_of_lines(lines: Iterable[str]) -> str:
    return sha256_bytes("\n".join(lines).encode())


def _below(folder: Path) -> list[tuple[str, Path]]:
    """Every file in a folder, at any depth, with its name below the folder; in the same order on every system."""
    files: list[tuple[str, Path]] = []
    for parent, folders, names in os.walk(folder):
        folders.sort()  # the order in which `os.walk` goes down
        files += [(os.path.relpath(os.path.join(parent, name), folder), Path(parent, name)) for name in sorted(names)]
    return files
