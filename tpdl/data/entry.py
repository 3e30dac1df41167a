"""What a catalogue says about a data set: which files it is made of, and where they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Download:
    """One file at a stable public address.

    Examples:
        >>> digits = Download("https://example.org/digits.gz", "digits/images", sha256="ba891046", compressed=True)
    """

    url: str
    path: str
    """Where it goes, below the data root."""
    sha256: str
    """The hash of the file as it will lie there: decompressed, if it is compressed. Its first digits are enough; many
    published weights carry eight of them in their names."""
    compressed: bool = False
    """It is gzipped at this address."""


@dataclass(frozen=True)
class Entry:
    """One name of a catalogue.

    Examples:
        >>> irises = Entry(
        ...     name="irises",
        ...     what="150 irises of three kinds",
        ...     licence="CC BY 4.0",
        ...     home="https://archive.ics.uci.edu/dataset/53/iris",
        ...     size=4_551,
        ...     paths=("irises/iris.data",),
        ...     by_hand="put iris.data from there into {root}/irises",
        ... )
    """

    name: str
    what: str
    """What it is, in half a line."""
    licence: str
    home: str
    """The page of its authors."""
    size: int
    """Bytes on disk, about."""
    paths: tuple[str, ...]
    """Files and folders that must be there, below the data root."""
    downloads: tuple[Download, ...] = ()
    """Files that can be fetched: those of `paths`, or one of `archives`."""
    by_hand: str = ""
    """What to do where there is no stable public address; `{root}` stands for the data root."""
    alternatives: tuple[str, ...] = ()
    """Files below the data root, any one of which does as well as `paths` and is read before them."""
    packaged: tuple[str, str] | None = None
    """A Python package that may be installed, and the file in it that does as well as `paths`."""
    archives: tuple[str, ...] = ()
    """Zip or tar files below the data root, any one of which becomes the first of `paths`."""
    arrange: Callable[[Path, Path], None] | None = None
    """(archive, folder): makes the folder of an archive that is not to be unpacked just as it is."""
    check: Callable[[Path], str | None] | None = None
    """What is wrong with the first of `paths`, in a line, or None: what the SHA-256 of `downloads` does not tell."""
