"""Archives: unpacked next to where they go, no member outside of that folder, and renamed into place when whole.

Example:
    unpack(Path("downloads/scenes.zip"), Path("data/scenes"))
"""

from __future__ import annotations

import lzma
import stat
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path, PureWindowsPath

from tpdl.errors import StepError

LIMIT = 20 * 10**9
"""Bytes that an archive may unpack to: a small one can hold what fills a disk."""
MOST_MEMBERS = 2_000_000
"""Files and folders in an archive: empty ones fill a disk, too. ImageNet has 1.3 million."""

_DAMAGED = (
    *(EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError),
    RuntimeError,  # raised by zipfile where a member is encrypted
    MemoryError,  # the name of a member of a tar file may be said to have any length
)
"""What the libraries raise at archives that they cannot read."""


def unpack(archive: Path, folder: Path, limit: int = LIMIT, most: int = MOST_MEMBERS) -> None:
    """Unpack a zip or tar file into `folder`, which must not exist yet.

    Args:
        archive: of any origin. It is not trusted: links, absolute paths and `..` are refused.
        folder: appears with its whole content, or not at all.
        limit: bytes that it may unpack to.
        most: how many files and folders it may hold.

    Raises:
        StepError: no archive, damaged, not to be trusted, or no place for it. Nothing is left behind.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unpack-", dir=folder.parent) as scratch:
            content = Path(scratch) / "content"
            content.mkdir()
            if zipfile.is_zipfile(archive):
                _unpack_zip(archive, content, limit, most)
            elif tarfile.is_tarfile(archive):
                _unpack_tar(archive, content, limit, most)
            else:
                raise StepError(
                    f"{archive} cannot be unpacked (it is no zip or tar file, or not all of it); fetch it again"
                )
            content.rename(folder)
    except _DAMAGED as error:
        reason = " ".join(str(error).split())
        raise StepError(f"{archive} cannot be unpacked ({reason}); fetch it again") from error
    except OSError as error:
        raise StepError(f"{archive} cannot be unpacked into {folder} ({error.strerror or error})") from error


def _unpack_zip(archive: Path, folder: Path, limit: int, most: int) -> None:
    with zipfile.ZipFile(archive) as packed:
        members = packed.infolist()
        _check_number(archive, len(members), most)
        for member in members:
            # As made on Unix, the upper half of the attributes is the file's mode.
            _check_name(archive, member.filename, plain=not stat.S_ISLNK(member.external_attr >> 16))
        _check_size(archive, sum(member.file_size for member in members), limit)
        packed.extractall(folder)


def _unpack_tar(archive: Path, folder: Path, limit: int, most: int) -> None:
    with tarfile.open(archive) as packed:
        size = 0
        # One by one: what lies behind a member is found only by unpacking it, and a compressed one may be endless.
        for number, member in enumerate(packed, start=1):
            _check_number(archive, number, most)
            _check_name(archive, member.name, plain=member.isfile() or member.isdir())
            size += max(0, member.size)
            _check_size(archive, size, limit)
        packed.extractall(folder, filter="data")


def _check_name(archive: Path, name: str, plain: bool) -> None:
    path = PureWindowsPath(name)  # takes / and \ for separators, and knows drives: strict enough for every system
    if path.anchor or ".." in path.parts:
        raise StepError(f"{archive} has a member outside of its folder, {name!r}; it is not trusted")
    if not plain:
        raise StepError(f"{archive} has a member that is neither file nor folder, {name!r}; it is not trusted")


def _check_size(archive: Path, size: int, limit: int) -> None:
    # Both libraries stop reading a member at the size that was declared for it, so the sum is a bound.
    if size > limit:
        raise StepError(
            f"{archive} would unpack to {size / 1e9:.1f} GB, more than {limit / 1e9:.1f} GB; it is not trusted"
        )


def _check_number(archive: Path, number: int, most: int) -> None:
    if number > most:
        raise StepError(f"{archive} holds more than {most:,} files and folders; it is not trusted")
