"""Letters as outlines: a drawing of Vega looks the same in every browser and on paper, whatever fonts are there.

Example:
    with_outlines('<svg …><text font-family="DejaVu Sans" font-size="12px">step</text></svg>')    # … <path d="M …"/> …

Figures of matplotlib are drawn like this, too; the letters are those of its own font, DejaVu Sans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
LINK = "http://www.w3.org/1999/xlink"
SHARES = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""Where a text is held -> how much of its width lies before that place."""
OF_FONTS = ("font-family", "font-size", "font-weight", "font-style", "text-anchor")
"""Attributes that mean nothing for outlines."""


def with_outlines(svg: str) -> str:
    """An SVG of Vega in which every text is a path.

    Args:
        svg: as `vl_convert` makes it: a text has one line, or several `<tspan>`, each with its `x` and `dy`.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", LINK)
    root = ElementTree.fromstring(svg)
    for text in list(root.iter(f"{{{SVG}}}text")):
        path = " ".join(filter(None, (_path(line, x, y, text.attrib) for line, x, y in _lines(text))))
        kept = {name: value for name, value in text.attrib.items() if name not in OF_FONTS}
        text.clear()
        text.tag = f"{{{SVG}}}path"
        text.attrib.update(kept | {"d": path})
    return _numbered(ElementTree.tostring(root, encoding="unicode")) + "\n"


def _lines(text: ElementTree.Element) -> Iterator[tuple[str, float, float]]:
    """Each line of a text, and where it begins."""
    x, y = float(text.get("x", 0)), float(text.get("y", 0))
    if text.text:
        yield text.text, x, y
    for span in text:
        x, y = float(span.get("x", x)), y + float(span.get("dy", 0))
        yield span.text or "", x, y


def _path(line: str, x: float, y: float, attributes: dict[str, str]) -> str:
    """The outlines of one line as the `d` of a path."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    size = float(re.sub("[a-z]*$", "", attributes.get("font-size", "11px")))
    font = FontProperties(
        family=[name.strip("'\" ") for name in attributes.get("font-family", "sans-serif").split(",")],
        weight=attributes.get("font-weight", "normal"),
        style="italic" if attributes.get("font-style") == "italic" else "normal",
        size=size,
    )
    maker = TextToPath()
    vertices, codes = maker.get_text_path(font, line)
    if not len(vertices):
        return ""
    scale = size / maker.FONT_SCALE
    width = maker.get_text_width_height_descent(line, font, ismath=False)[0]
    left = x - SHARES[attributes.get("text-anchor", "start")] * width
    return _commands([(left + scale * u, y - scale * v) for u, v in vertices], list(codes))


def _commands(points: list[tuple[float, float]], codes: list[Any]) -> str:
    """Points and codes of a matplotlib path as SVG has them, to a hundredth of a pixel."""
    said, at = [], 0
    needed = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 1)}
    while at < len(codes):
        letter, count = needed[int(codes[at])]
        numbers = [f"{_short(u)} {_short(v)}" for u, v in points[at : at + count]] if letter != "Z" else []
        said.append(letter + " ".join(numbers))
        at += count
    return "".join(said)


def _short(number: float) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _numbered(svg: str) -> str:
    """With the identifiers counted from the first on: Vega counts on from one drawing to the next.

    >>> _numbered('<clipPath id="clip7"/><g clip-path="url(#clip7)"/><clipPath id="clip10"/>')
    '<clipPath id="clip0"/><g clip-path="url(#clip0)"/><clipPath id="clip1"/>'
    """
    names = dict.fromkeys(re.findall(r'\bid="((?:clip|gradient_|p_?)\d+)"', svg))
    new = {name: re.sub(r"\d+$", str(number), name) for number, name in enumerate(names)}
    return re.sub(r'(id="|url\(#|href="#)([\w]+)(?=["\)])', lambda found: found[1] + new.get(found[2], found[2]), svg)
