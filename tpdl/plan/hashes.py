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

    def of_file(self, path: Path, content_hash: Callable[[Path], str] = sha256_file, kind: str = "") -> str | None:
        """The hash of a file's content, None where there is no file, `UNREADABLE` where it cannot be read.

        Args:
            path: the file.
            content_hash: another hash than that of the bytes.
            kind: what that is called, so that it is remembered beside the others.
        """
        try:
            signature = FileSignature.of(path)
        except OSError:
            return None
        key = Path(f"{path} <{kind}>") if kind else path
        try:
            return self._remembered(key, str(signature), signature.is_settled, lambda: content_hash(path))
        except OSError:
            return UNREADABLE

    def known(self, path: str, signature: str) -> str | None:
        """The hash of a file with that signature, if it is remembered."""
        known = self._known.get(path)
        return known[1] if known and known[0] == signature else None

    def of_paths(self, paths: Iterable[Path]) -> str | None:
        """One hash for files and folders together: names below their root and contents count, times do not."""
        entries: list[tuple[str, Path | str]] = []
        for path in paths:
            entries += [(path.name, path)] if path.is_file() else _below(path)
        signed = [(name, FileSignature.of(path) if isinstance(path, Path) else path) for name, path in entries]
        signatures = [signature for _, signature in signed if isinstance(signature, FileSignature)]
        if not signatures:
            return None
        together = _hash_of_lines(f"{name} {signature}" for name, signature in signed)
        settled = all(signature.is_settled for signature in signatures)
        first = next(path for _, path in entries if isinstance(path, Path))
        return self._remembered(
            first.parent / f"<{len(signatures)} files>",
            together,
            settled,
            lambda: _hash_of_lines(
                f"{name} {sha256_file(path) if isinstance(path, Path) else path}" for name, path in entries
            ),
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


def _below(folder: Path) -> list[tuple[str, Path | str]]:
    """Every file in a folder, at any depth, with its name below the folder; in the same order on every system.

    Links are followed. A folder that was met before, because a link leads to it or around in a circle, is not gone
    through again: it counts by the name under which it was met first. So does what is no file, a link that leads
    nowhere for instance, by a word that says so.
    """
    entries: list[tuple[str, Path | str]] = []
    met: dict[tuple[int, int], str] = {}
    for parent, folders, names in os.walk(folder, followlinks=True):
        below = os.path.relpath(parent, folder)
        place = os.stat(parent)
        first = met.setdefault((place.st_dev, place.st_ino), below)
        if first != below:
            entries.append((below, f"is {first}"))
            folders.clear()
            continue
        folders.sort()  # the order in which `os.walk` goes down
        for name in sorted(names):
            path = Path(parent, name)
            entries.append((os.path.relpath(path, folder), path if path.is_file() else "is no file"))
    return entries
