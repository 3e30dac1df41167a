"""Readings: what a plot says at its points, so that a reader can point at them.

Example:
    reading(axis, 9, 0.846, "Fire 5, expand: 84.6 %")     # in a figure's function, once for each point
    append(svg, positions(fig))                           # when it is saved: the SVG carries them
    read(svg)                                             # [(0.42, 0.31, "Fire 5, expand: 84.6 %")]

On the web a slider below the plot, a pointer or a finger goes from point to point; on paper the plot stands as it is.
"""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Position = tuple[float, float, str]
"""Where a point is, as shares of the picture from its left and its upper edge, and what is said there."""

_given: WeakKeyDictionary[Figure, list[tuple[Axes, float, float, str]]] = WeakKeyDictionary()
_ELEMENT = re.compile(rb'<metadata id="readings">(.*?)</metadata>', re.DOTALL)


def reading(axis: Axes, x: float, y: float, words: str) -> None:
    """Let the readers of the page point at a point of a plot, and tell them what is there.

        >>> from matplotlib.figure import Figure
        >>> axis = Figure().subplots()
        >>> for x, y in [(1, 0.5), (2, 0.7)]:
        ...     reading(axis, x, y, f"after {x} epochs: {y:.0%}")

    Args:
        axis: that the point is on.
        x, y: where, in the units of the data.
        words: a line of plain text: which point it is, and its values. The slider goes through the points in the order
            in which they are given.
    """
    figure = axis.get_figure(root=True)
    assert figure is not None
    _given.setdefault(figure, []).append((axis, x, y, words))


def positions(figure: Figure) -> list[Position]:
    """Where the points of a figure are; after it was drawn, as only then its layout is known.

    A point outside its panel, which a limit of the axis cuts off, stands on the panel's edge, as what marks it does.
    """
    found = []
    for axis, x, y, words in _given.get(figure, []):
        inside = axis.bbox
        at = axis.transData.transform((x, y))
        left = min(max(at[0], inside.x0), inside.x1) / figure.bbox.width
        up = min(max(at[1], inside.y0), inside.y1) / figure.bbox.height
        found.append((round(float(left), 4), round(float(1 - up), 4), words))
    return found


def append(svg: bytes, points: list[Position]) -> bytes:
    """An SVG that carries these points."""
    if not points:
        return svg
    text = html.escape(json.dumps(points, ensure_ascii=False, separators=(",", ":")), quote=False)
    head, end, rest = svg.rpartition(b"</svg>")
    return head + f'<metadata id="readings">{text}</metadata>\n'.encode() + end + rest


def read(svg: bytes) -> list[Position]:
    """The points that an SVG carries.

    >>> read(append(b"<svg></svg>", [(0.5, 0.25, "p < 0.05")]))
    [(0.5, 0.25, 'p < 0.05')]
    """
    found = _ELEMENT.search(svg)
    return [(left, top, words) for left, top, words in json.loads(html.unescape(found[1].decode()))] if found else []
