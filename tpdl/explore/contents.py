"""What is in a result, as far as a page has room for it: the first rows of a table, values, arrays, images.

Example:
    contents_of(step, addresses)      # Contents(tables=[Table("means.csv", …)], images=[])
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tpdl.compare.values import leaves
from tpdl.errors import StepError
from tpdl.explore.addresses import Addresses
from tpdl.explore.tables import Table, table_of
from tpdl.files import open_regular, read_json
from tpdl.images import SUFFIX as IMAGES
from tpdl.images import Picture, read_images
from tpdl.plan.record import Record, read_record
from tpdl.plan.step import Step
from tpdl.tables import read_rows

MOST_IMAGES = 60
"""Images of one result that are shown."""
SMALL = 64
"""Pixels."""


@dataclass(frozen=True)
class Image:
    """An image in the place where it lies."""

    src: str
    alt: str
    width: int
    height: int
    label: str = ""
    pixelated: bool = False
    """It is small: its pixels are shown with hard edges."""
    marks: str = ""
    """What is drawn over it, as markup."""


@dataclass(frozen=True)
class Gallery:
    """Images that belong together."""

    title: str
    images: list[Image]
    note: str = ""
    """What is left out."""
    file: str = ""


@dataclass
class Contents:
    """What the products of a step hold."""

    tables: list[Table] = field(default_factory=list)
    galleries: list[Gallery] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Files that cannot be read, a line each."""


def contents_of(step: Step, addresses: Addresses) -> Contents:
    """What the products of a step hold; of those that are kept on another machine nothing."""
    contents = Contents()
    for path in step.products:
        if not path.is_file():
            continue
        try:
            _add(contents, step, path, addresses)
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, StepError) as error:
            name = path.relative_to(addresses.root).as_posix()
            contents.problems.append(f"{name} cannot be read ({error}); run its step again")
    return contents


def _add(contents: Contents, step: Step, path: Path, addresses: Addresses) -> None:
    """Enter what is in one file."""
    file = addresses.of(path)
    if path.suffix == ".csv":
        record = read_record(step.record_path)
        rows = read_rows(path, record.columns if isinstance(record, Record) else {})
        contents.tables.append(table_of(path.name, rows, file=file))
    elif path.suffix == ".json":
        values = [{"value": name, "": value} for name, value in leaves(read_json(path))]
        contents.tables.append(table_of(path.name, values, file=file))
    elif path.suffix == ".npz":
        contents.tables.append(table_of(path.name, list(_arrays(path)), file=file))
    elif path.suffix == IMAGES:
        images = [
            Image(addresses.of(each.path), each.shows, each.width, each.height, name, is_small(each))
            for name, each in read_images(path).items()
            if each.path
        ]
        note = f"The first {MOST_IMAGES} of {len(images)} images." if len(images) > MOST_IMAGES else ""
        contents.galleries.append(Gallery(path.name, images[:MOST_IMAGES], note, file))


def is_small(image: Picture) -> bool:
    """Whether an image has so few pixels that a reader should see each of them."""
    return max(image.width, image.height) <= SMALL


def _arrays(path: Path) -> Iterator[dict[str, Any]]:
    """Name, type and shape of each array. Only their heads are read: a result may have gigabytes."""
    with open_regular(path) as file, zipfile.ZipFile(file) as arrays:
        for name in arrays.namelist():
            with arrays.open(name) as array:
                shape, kind = _head(array)
            size = " × ".join(map(str, shape)) or "one value"
            yield {"array": name.removesuffix(".npy"), "type": kind, "shape": size}


def _head(array: IO[bytes]) -> tuple[tuple[int, ...], str]:
    from numpy.lib import format as npy

    read = npy.read_array_header_1_0 if npy.read_magic(array) == (1, 0) else npy.read_array_header_2_0
    shape, _, kind = read(array)
    return shape, str(kind)
