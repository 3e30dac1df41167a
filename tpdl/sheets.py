"""Sheets: a grid of images that are results, laid out by the page and by the PDF, with labels that are text.

Example:
    sheet = Sheet([Tile(images[name], label=name) for name in images], columns=4)
    write_sheet(figures / "visualization/class-image.sheet", sheet, figures)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tpdl.errors import StepError
from tpdl.files import write_json
from tpdl.images import Picture

SUFFIX = ".sheet"
"""What the name of a sheet's file ends in."""
FORMAT = 1


@dataclass(frozen=True)
class Box:
    """A rectangle that is drawn over an image: what a number depends on, for instance. In pixels of the image.

    Examples:
        >>> from tpdl import Box
        >>> Box(10, 20, 64, 48, "gorilla").label
        'gorilla'
    """

    x: float
    y: float
    width: float
    height: float
    label: str = ""


@dataclass(frozen=True)
class Outline:
    """A closed line that is drawn over an image, such as the edge of a mask: corners (x, y) in pixels of the image.

    Examples:
        >>> from tpdl import Outline
        >>> len(Outline([(0, 0), (63, 0), (63, 63)]).points)
        3
    """

    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Tile:
    """One place of a sheet.

    Examples:
        >>> import numpy as np
        >>> from tpdl import Box, Picture, Tile
        >>> digit = Picture(np.eye(28, dtype=np.uint8) * 255, "a stroke from one corner to the other")
        >>> Tile(digit, label="seven", marks=[Box(0, 0, 14, 14)], pixelated=True).frames[0].width
        28

    Args:
        pictures: one image; or several, one for each of the sheet's frames, that are shown in turn.
        label: text beside it, in Markdown: `"gorilla"`, ``"`x.best:.0%`{.value}"``.
        alt: what a reader who cannot see it gets; by default what the first image shows.
        marks: boxes and outlines over it.
        pixelated: enlarge it without smoothing, as digits of 28 pixels are.
    """

    pictures: Picture | Sequence[Picture]
    label: str = ""
    alt: str = ""
    marks: Sequence[Box | Outline] = ()
    pixelated: bool = False

    @property
    def frames(self) -> list[Picture]:
        """The images that are shown in turn."""
        return [self.pictures] if isinstance(self.pictures, Picture) else list(self.pictures)


@dataclass(frozen=True)
class Sheet:
    """What a figure returns that is declared with `format="sheet"`: images in a grid, each with a label.

    Examples:
        >>> import numpy as np
        >>> from tpdl import Images, Picture, Sheet, Tile, experiment, figure
        >>> @experiment()
        ... def squares(side: int = 8) -> Images:
        ...     black = np.zeros((side, side), np.uint8)
        ...     return {"black": Picture(black, "a black square"), "white": Picture(255 - black, "a white square")}
        >>> @figure(squares, format="sheet", caption="Two squares.", alt="A black and a white square.")
        ... def squares_sheet(images: Images) -> Sheet:
        ...     return Sheet([Tile(picture, label=name) for name, picture in images.items()], columns=2)
        >>> [tile.label for tile in squares_sheet(squares()).tiles]
        ['black', 'white']

        Where readers compare two images, they lie in one tile, and the page lets them flick from one to the other:

        >>> pair = squares()
        >>> Sheet([Tile([pair["black"], pair["white"]])], columns=1, frames=["before", "after"]).frames
        ['before', 'after']

    Args:
        tiles: in reading order; None leaves a place empty.
        columns: places in a row, where there is room for them.
        column_labels: above the columns, one for each, or none.
        row_labels: before the rows, one for each, or none.
        frames: names of what each tile shows in turn. Two are a pair, three or more a sequence.
        frame_label: what the frames are, such as "iteration".
    """

    tiles: Sequence[Tile | None]
    columns: int
    column_labels: Sequence[str] = ()
    row_labels: Sequence[str] = ()
    frames: Sequence[str] = field(default=())
    frame_label: str = ""


def write_sheet(path: Path, sheet: Sheet, figures: Path) -> None:
    """Write a sheet as JSON.

    Args:
        path: of the file.
        sheet: the sheet.
        figures: the folder that its images lie in, at any depth.

    Raises:
        StepError: it has no tiles, labels or frames that do not fit, or an image that no step keeps there.
    """
    rows = -(-len(sheet.tiles) // max(sheet.columns, 1))
    for name, texts, wanted in (("column", sheet.column_labels, sheet.columns), ("row", sheet.row_labels, rows)):
        if texts and len(texts) != wanted:
            raise StepError(f"the sheet has {len(texts)} {name} labels for {wanted} {name}s")
    if sheet.columns < 1 or not any(sheet.tiles):
        raise StepError("the sheet has no tiles, or no columns")
    value = {
        "format": FORMAT,
        "columns": sheet.columns,
        "column_labels": [str(text) for text in sheet.column_labels],
        "row_labels": [str(text) for text in sheet.row_labels],
        "frames": [str(text) for text in sheet.frames],
        "frame_label": sheet.frame_label,
        "tiles": [tile and _tile(tile, sheet, figures) for tile in sheet.tiles],
    }
    write_json(path, value)


def _tile(tile: Tile, sheet: Sheet, figures: Path) -> dict[str, Any]:
    frames = tile.frames
    if len(frames) != (len(sheet.frames) or 1):
        raise StepError(f"tile {tile.label!r} has {len(frames)} images, and the sheet {len(sheet.frames) or 1} frames")
    return {
        "label": str(tile.label),
        "alt": tile.alt or frames[0].shows,
        "images": [
            {
                "file": _below(picture, figures),
                "width": picture.width,
                "height": picture.height,
                "pixelated": tile.pixelated,
                "marks": [_mark(mark) for mark in tile.marks],
            }
            for picture in frames
        ],
    }


def _below(picture: Picture, figures: Path) -> str:
    if picture.path is None or not picture.path.is_relative_to(figures):
        where = picture.path or "no file"
        raise StepError(
            f"a sheet shows images that an experiment keeps in {figures.name}/; {picture.shows!r} lies in {where}"
        )
    return picture.path.relative_to(figures).as_posix()


def _mark(mark: Box | Outline) -> dict[str, Any]:
    if isinstance(mark, Box):
        box = [round(float(number), 2) for number in (mark.x, mark.y, mark.width, mark.height)]
        return {"box": box, "label": mark.label} if mark.label else {"box": box}
    return {"outline": [[round(float(x), 1), round(float(y), 1)] for x, y in mark.points]}
