"""Files are written whole or not at all, and are known by the SHA-256 of their content."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
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
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp{path.suffix}")
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


def atomic_write(path: Path, content: bytes | str) -> None:
    """Write `content` (text as UTF-8) to `path` so that no reader ever sees a part of it."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with a final newline. NaN is refused, because it is no JSON."""
    atomic_write(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


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
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
