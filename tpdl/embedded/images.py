"""Pictures say how large they are, so that a page does not jump while they are loaded one by one."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from markupsafe import Markup

from tpdl.files import FileSignature
from tpdl.templates import fill

PIXELS_PER_UNIT = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
PICTURE = Path(__file__).with_name("picture.html")


def with_sizes(body: str, folder: Path) -> str:
    """Add `width` and `height`, in CSS pixels, to every picture of a page that is a file and says neither.

    `<img src="cuts.svg">` becomes `<img width="518" height="302" src="cuts.svg">`.

    Args:
        body: HTML.
        folder: the folder of the project that the addresses in it are relative to.
    """

    def sized(found: re.Match[str]) -> str:
        tag = found[0]
        source = re.search(r' src="([^"]*)"', tag)
        if source is None or re.search(r" (width|height|style)=", tag):
            return tag
        path = folder / unquote(html.unescape(source[1]))
        size = _size(path, FileSignature.of(path)) if path.is_file() else None
        if size is None:
            return tag
        return fill(PICTURE, width=size[0], height=size[1], rest=Markup(tag.removeprefix("<img")))

    return re.sub(r"<img\b[^>]*>", sized, body)


@cache
def _size(path: Path, signature: FileSignature) -> tuple[int, int] | None:
    """Width and height of a picture in CSS pixels; None where it does not say, or is no picture.

    Args:
        path: the file.
        signature: of the file, so that what is remembered of it holds as long as nobody touches it.
    """
    if path.suffix.lower() == ".svg":
        return _svg_size(path)
    from PIL import Image  # a book of drawings alone does not wait for it

    try:
        with Image.open(path) as image:  # reads no more than the header
            return image.size
    except (OSError, Image.DecompressionBombError):
        return None


def _svg_size(path: Path) -> tuple[int, int] | None:
    """What an SVG says in its first tag: width and height, or else its view box."""
    with path.open("rb") as file:
        head = file.read(4096)
    tag = re.search(r"<svg\b[^>]*>", head.decode("utf-8", "replace"))
    if tag is None:
        return None
    sides = [re.search(rf'\s{side}="([\d.]+)([a-z]*)"', tag[0]) for side in ("width", "height")]
    if all(side and side[2] in PIXELS_PER_UNIT for side in sides):
        width, height = (round(float(side[1]) * PIXELS_PER_UNIT[side[2]]) for side in sides if side)
        return width, height
    box = re.search(r'\sviewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', tag[0])
    return (round(float(box[1])), round(float(box[2]))) if box else None
