"""Files are written whole or not at all, and are known by the SHA-256 of their content.

Reading a file again to hash it is avoided where its `FileSignature` says that nobody has touched it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tpdl.errors import StepError


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it into place when the block ends without an error.

    Examples:
        >>> from pathlib import Path
        >>> from tpdl import atomic_path
        >>> with atomic_path(Path("primes.txt")) as temporary:
        ...     _ = temporary.write_text("2 3 5 7")
        >>> Path("primes.txt").read_text()
        '2 3 5 7'

    A reader sees the old file or the new one, never half of one: a rename within one file system is atomic, and the
    content is flushed to disk before it. The temporary name keeps the suffix, because writers such as numpy and
    matplotlib choose the format by it.

    Raises:
        StepError: the disk is full or read-only; the temporary file is removed and the old file untouched.
    """
    temporary = _temporary(path, os.urandom(4).hex())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise StepError(
            f"cannot write {path}: {error.strerror or error}; the file there before, if any, is untouched"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _temporary(path: Path, tag: str) -> Path:
    return path.with_name(f".{path.name}.{tag}.tmp{path.suffix}")


def remove_unfinished(path: Path) -> None:
    """Remove what writers of `path` that were killed have left beside it. No other writer may be at work on it."""
    with contextlib.suppress(OSError):
        for left in unfinished(path.parent):
            if left.name.startswith(f".{path.name}."):
                left.unlink(missing_ok=True)


def unfinished(folder: Path) -> list[Path]:
    """The temporary files directly in `folder`: of writers that are at work, and of those that were killed."""
    try:
        return [folder / name for name in os.listdir(folder) if is_unfinished(name)]
    except OSError:
        return []


def is_unfinished(name: str) -> bool:
    """Whether a file of that name is a temporary one of `atomic_path`."""
    return _UNFINISHED.fullmatch(name) is not None


def all_unfinished(*folders: Path) -> Iterator[Path]:
    """Those in folders, at any depth, that nobody has written to lately: what killed writers have left."""
    for folder in folders:
        for parent, _, _ in os.walk(folder):
            for path in unfinished(Path(parent)):
                with contextlib.suppress(OSError):
                    if time.time() - path.stat().st_mtime > ABANDONED:
                        yield path


def remove_all_unfinished(*folders: Path) -> None:
    """Remove what killed writers have left in folders, at any depth."""
    for path in all_unfinished(*folders):
        with contextlib.suppress(OSError):
            path.unlink()


ABANDONED = 10.0
"""Seconds. A temporary file that has not been written to for longer belongs to nobody."""
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}\.tmp(\.[^.]*)?")


FolderId = tuple[int, int]
"""What tells a folder from all others on this machine, under whatever names links give it."""


def folder_id(path: str | os.PathLike[str]) -> FolderId | None:
    """The identity of a folder; None where there is nothing. Whoever goes down and meets one again is in a circle."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def atomic_write(path: Path, content: bytes | str) -> None:
    """Write `content` (text as UTF-8) to `path` so that no reader ever sees a part of it."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with a final newline. NaN is refused, because it is no JSON."""
    atomic_write(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def emptied(path: Path) -> Path:
    """An empty file at `path`, to append to.

    A pipe in its place goes, as whoever opens it would wait for ever; so does a link that leads nowhere.

    Raises:
        StepError: nothing can be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (path.is_file() or path.is_dir()):
            path.unlink(missing_ok=True)
        path.write_bytes(b"")
    except OSError as error:
        raise StepError(f"cannot write {path}: {error.strerror}") from error
    return path


LARGEST_JSON = 256 * 2**20
"""Bytes of a file of JSON that is read whole. Records and caches of the largest projects have some megabytes."""


@contextlib.contextmanager
def open_regular(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file to read it; whatever else has its name (a folder, a pipe nobody writes to) is an error, no hang.

    Raises:
        OSError: there is no such file, or it is none.
    """
    descriptor, _ = _descriptor(path)
    with open(descriptor, "rb") as file:
        yield file


def _descriptor(path: Path) -> tuple[int, int]:
    """An open file's number, and its size."""
    # Not to wait for somebody to write to a pipe; for a regular file it changes nothing.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        what = "it is a folder" if stat.S_ISDIR(found.st_mode) else "it is no regular file"
        raise OSError(errno.EINVAL, what, os.fspath(path))
    return descriptor, found.st_size


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """The content of a file.

    Args:
        path: of the file.
        most: how large it may be.

    Raises:
        OSError: there is no such file, it is no regular file, it cannot be read, or it is larger than that.
    """
    descriptor, size = _descriptor(path)
    with open(descriptor, "rb") as file:
        if most is not None and size > most:
            raise OSError(errno.EFBIG, f"larger than {most // 2**20} MB", os.fspath(path))
        return file.read()


def read_text(path: Path) -> str:
    """The content of a file of UTF-8, with its line ends as `\\n`.

    Raises:
        OSError: as for `read_bytes`.
        ValueError: it is not UTF-8.
    """
    return read_bytes(path).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def read_json(path: Path) -> Any:
    """What a file of JSON says, whatever somebody has done to it.

    Raises:
        OSError: as for `read_bytes`.
        ValueError: it is no JSON, or too deep to be ours.
    """
    try:
        return json.loads(read_bytes(path, LARGEST_JSON))
    except (RecursionError, MemoryError):
        raise ValueError("too deep") from None


def sha256_bytes(content: bytes) -> str:
    """The SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """The SHA-256 of a file's content in hexadecimal, read in constant memory.

    Examples:
        >>> from pathlib import Path
        >>> from tpdl import sha256_file
        >>> _ = Path("weights.bin").write_bytes(b"1234")
        >>> sha256_file(Path("weights.bin"))[:16]
        '03ac674216f3e15c'
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


SETTLED_NS = 100_000_000
"""A file changed less than 0.1 s ago may be changed again within one tick of the file system's clock."""
COARSE_SETTLED_NS = 2_000_000_000
"""What a file system needs in place of these 0.1 s if its clock counts whole seconds."""


@dataclass(frozen=True)
class FileSignature:
    """What the file system knows of a file's content without reading it: as long as it is the same, so is the content.

    Examples:
        >>> from pathlib import Path
        >>> _ = Path("notes.txt").write_text("first")
        >>> before = FileSignature.of(Path("notes.txt"))
        >>> FileSignature.of(Path("notes.txt")) == before
        True
        >>> _ = Path("notes.txt").write_text("second")
        >>> FileSignature.of(Path("notes.txt")) == before
        False

    Size and modification time alone can be deceived: `touch -d` and archives set the time back, which the change time
    shows, and another file may be renamed into this one's place, which the inode shows.
    """

    size: int
    modified_ns: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileSignature:
        """The signature of the file at `path`.

        Raises:
            OSError: there is no such file.
        """
        return cls.from_stat(path.stat())

    @classmethod
    def from_stat(cls, found: os.stat_result) -> FileSignature:
        """The signature in what `os.stat` has returned."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)

    @property
    def is_settled(self) -> bool:
        """Whether the next change of the file will show in its signature.

        Two changes within one tick of the clock look the same, so what is learned of a file that was changed just now
        must not be remembered under its signature.
        """
        coarse = (
            self.modified_ns % 1_000_000_000 == 0
        )  # or a file set to a whole second, which only costs a second look
        age = time.time_ns() - max(self.modified_ns, self.changed_ns)
        return age > (COARSE_SETTLED_NS if coarse else SETTLED_NS)

    def __str__(self) -> str:
        """For a file on disk that remembers signatures."""
        return f"{self.size} {self.modified_ns} {self.changed_ns} {self.inode}"
