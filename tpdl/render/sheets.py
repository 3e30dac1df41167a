"""Sheets, grids of images with labels: what the filter needs to lay one out on a page and on paper.

Example:
    sheet = read_sheet(root / "figures/visualization/class-image.sheet", root / "figures", root)
    sheet["columns"], sheet["tiles"][0]["images"][0]["src"]    # 4, "figures/visualization/class-images/gorilla.webp"
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tpdl.errors import UserError
from tpdl.templates import fill

SUFFIX = ".sheet"
FORMAT = 1
MARKS = Path(__file__).with_name("marks.svg")
PAPER = 420
"""Points of paper that a line of text has, about."""
POINTS = {False: 0.75, True: 2.5}
"""How large a pixel of an image becomes on paper, at most, in points: a smooth one, and one with hard edges."""
LEAST = 66
"""Points that an image of a sequence has on paper, about, before there is one tile in a row."""
MANY = 12
"""Of so many pairs a page of paper holds all, where they are small."""


def read_sheet(path: Path, figures: Path, root: Path) -> dict[str, Any]:
    """A sheet, with everything that its layout takes.

    Args:
        path: of the file.
        figures: the folder that the names of its images start from.
        root: of the project, where the addresses of the images in the result start.

    Returns:
        its content; for each image `src`, `alt` and, over it, `marks` and `marks_on_paper` (an SVG, or ""); and
        `matrix` (its columns mean something, so they stay), `width` (of the widest image, in pixels), `pixelated`,
        `apart` (tiles in a row where all frames of a tile lie beside each other), `points` (how wide it is on paper, at
        most), `breakable` (too high for one page of paper).

    Raises:
        UserError: it is no sheet, or shows an image that is not there.
    """
    name = path.relative_to(root).as_posix()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content.get("format")
        if version != FORMAT:
            raise UserError(
                f"{name} is a sheet of format {version}, and this tpdl reads format {FORMAT}; draw it again"
            )
        return _laid_out(content, name, figures, root)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(
            f"{name} is not a sheet that can be read ({type(error).__name__}: {error}); draw it again"
        ) from None


def texts(sheet: Mapping[str, Any]) -> Iterator[str]:
    """Everything in a sheet that may hold values."""
    yield from sheet["column_labels"]
    yield from sheet["row_labels"]
    for tile in filter(None, sheet["tiles"]):
        yield tile["label"]
        yield tile["alt"]


def _laid_out(content: Mapping[str, Any], name: str, figures: Path, root: Path) -> dict[str, Any]:
    frames = [str(frame) for frame in content.get("frames") or []]
    sheet: dict[str, Any] = {
        "columns": max(int(content["columns"]), 1),
        "column_labels": list(content.get("column_labels") or []),
        "row_labels": list(content.get("row_labels") or []),
        "frames": frames,
        "frame_label": str(content.get("frame_label") or ""),
        "tiles": [],
    }
    for tile in content["tiles"]:
        if tile and len(tile["images"]) != max(len(frames), 1):
            raise UserError(f"{name}: tile {tile.get('label', '')!r} has {len(tile['images'])} images for {frames}")
        sheet["tiles"].append(_tile(tile, sheet, name, figures, root) if tile else False)
    images = [image for tile in filter(None, sheet["tiles"]) for image in tile["images"]]
    if not images:
        raise UserError(f"{name} shows no image")
    matrix = bool(sheet["column_labels"] or sheet["row_labels"])
    columns, shown = sheet["columns"], max(len(frames), 1)
    apart = columns if matrix or shown == 1 else _tiles_in_a_row(columns, shown, len(sheet["tiles"]))
    width = max(image["width"] for image in images)
    pixelated = all(image["pixelated"] for image in images)
    points = apart * shown * width * POINTS[pixelated]
    each = min(points, PAPER) / (apart * shown)
    ratio = max(image["height"] / image["width"] for image in images)
    rows = -(-len(sheet["tiles"]) // apart)
    return sheet | {
        "matrix": matrix,
        "apart": apart,
        "width": width,
        "pixelated": pixelated,
        "points": round(points),
        "breakable": rows * (each * ratio + 20) > 560,
    }


def _tiles_in_a_row(columns: int, frames: int, tiles: int) -> int:
    """Where the frames of each tile are beside each other, fewer tiles are; more where tiles are many."""
    if frames == 2:
        return min(columns, 4) if tiles > MANY else max(columns // 2, 1)
    return min(columns, max(PAPER // (frames * LEAST), 1))


def _tile(tile: Mapping[str, Any], sheet: Mapping[str, Any], name: str, figures: Path, root: Path) -> dict[str, Any]:
    images = []
    for index, image in enumerate(tile["images"]):
        file = figures / image["file"]
        if not file.is_file():
            shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else image["file"]
            raise UserError(f"{name} shows {shown}, which is not there; measure and draw it again")
        frame = " ".join(filter(None, [sheet["frame_label"], *sheet["frames"][index : index + 1]]))
        marks, size = image.get("marks") or [], (int(image["width"]), int(image["height"]))
        images.append(
            {
                "src": file.resolve().relative_to(root.resolve()).as_posix(),
                "width": size[0],
                "height": size[1],
                "pixelated": bool(image.get("pixelated")),
                "alt": ", ".join(filter(None, [str(tile.get("alt") or ""), frame])),
                "marks": _marks(marks, size),
                "marks_on_paper": _marks(marks, size, with_labels=True),
                "mark_labels": [
                    {"text": mark["label"], "left": mark["box"][0] / size[0], "top": mark["box"][1] / size[1]}
                    for mark in marks
                    if mark.get("label") and "box" in mark
                ],
            }
        )
    return {"label": str(tile.get("label") or ""), "alt": str(tile.get("alt") or ""), "images": images}


def _marks(marks: list[Mapping[str, Any]], size: tuple[int, int], with_labels: bool = False) -> str:
    """Boxes and outlines as an SVG that lies over the image. On the page their labels are text of the page."""
    if not marks:
        return ""
    return fill(MARKS, marks=marks, width=size[0], height=size[1], line=max(size) / 110, labels=with_labels)
