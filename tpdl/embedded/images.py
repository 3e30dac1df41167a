"""Pictures say how large they are, so that a page keeps its place while they are loaded one by one."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
PNG = b"\x89PNG\r\n\x1a\n"


def with_sizes(body: str, folder: Path) -> str:
    """Add `width` and `height`, in CSS pixels, to every picture of a page that is a file and says neither.

    Args:
        body: HTML.
        folder: in the project, that the addresses in it are relative to.
    """

    def sized(found: re.Match[str]) -> str:
        tag = found[0]
        source = re.search(r' src="([^"]*)"', tag)
        if source is None or re.search(r" (width|height|style)=", tag):
            return tag
        path = folder / unquote(html.unescape(source[1]))
        size = _size(path, path.stat().st_mtime_ns) if path.is_file() else None
        return tag if size is None else f'<img width="{size[0]}" height="{size[1]}"{tag.removeprefix("<img")}'

    return re.sub(r"<img\b[^>]*>", sized, body)


@cache
def _size(path: Path, changed: int) -> tuple[int, int] | None:
    """Width and height of an SVG or PNG picture in CSS pixels; None for what is neither."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(PNG):
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    tag = re.search(r"<svg\b[^>]*>", head.decode("utf-8", "replace"))
    if tag is None:
        return None
    sides = [re.search(rf'\s{side}="([\d.]+)([a-z]*)"', tag[0]) for side in ("width", "height")]
    if all(side and side[2] in PIXELS for side in sides):
        width, height = (round(float(side[1]) * PIXELS[side[2]]) for side in sides if side)
        return width, height
    box = re.search(r'\sviewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', tag[0])
    return (round(float(box[1])), round(float(box[2]))) if box else None
