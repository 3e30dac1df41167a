"""Places for the boxes of a graph: chapters one below the other, in each of them columns by what lies before.

Example:
    place = layout({"x": set(), "y": {"x"}}, {"x": "transfer", "y": "transfer"}, Sizes(width=158, height=38))
    place.boxes    # {"x": (1, 30), "y": (183, 30)}: `y` needs `x`, so it stands right of it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

GAP_X, GAP_Y, TITLE = 24, 10, 30
"""Pixels between two boxes, and for the title of a chapter."""


@dataclass(frozen=True)
class Sizes:
    """Width and height of every box, in pixels."""

    width: int
    height: int


@dataclass(frozen=True)
class Curve:
    """A line from the right side of a box to the left side of another: a Bézier curve.

    Its control points lie `bend` pixels right of its beginning and left of its end.
    """

    left: int
    top: float
    right: int
    bottom: float
    bend: float


@dataclass
class Layout:
    """Where everything is, in pixels from the upper left corner of the picture."""

    boxes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Name -> upper left corner of its box."""
    titles: list[tuple[str, int]] = field(default_factory=list)
    """Chapter, and the line that its title stands on."""
    curves: list[Curve] = field(default_factory=list)
    width: int = 0
    height: int = 1


def layout(needs: Mapping[str, Collection[str]], chapters: Mapping[str, str], sizes: Sizes) -> Layout:
    """Place every box, and draw a line to it from each that it needs.

    Args:
        needs: name -> the names of those from which a line leads to it. They come before it.
        chapters: name -> chapter.
        sizes: of the boxes.
    """
    result = Layout()
    top = 0
    for chapter in dict.fromkeys(chapters[name] for name in needs):
        result.titles.append((chapter, top + 18))
        top += TITLE
        inside = [name for name in needs if chapters[name] == chapter]
        needed = {up for name in inside for up in needs[name]}
        # What others need first, so that lines do not cross boxes that stand alone.
        column, row = _columns_and_rows(sorted(inside, key=lambda name: not needs[name] and name not in needed), needs)
        for name in column:
            x, y = column[name] * (sizes.width + GAP_X), row[name] * (sizes.height + GAP_Y)
            result.boxes[name] = (1 + x, top + y)
        top += (max(row.values()) + 1) * (sizes.height + GAP_Y) + GAP_Y
    result.width = 2 + max((x for x, _ in result.boxes.values()), default=0) + sizes.width
    result.height = max(top, 1)
    result.curves = [
        _curve(result.boxes[up], result.boxes[name], sizes) for name in needs for up in sorted(needs[name])
    ]
    return result


def _columns_and_rows(
    names: Collection[str], needs: Mapping[str, Collection[str]]
) -> tuple[dict[str, int], dict[str, int]]:
    """The column and the row of each box of a chapter: right of all that it needs there, level with it or below."""
    column: dict[str, int] = {}
    row: dict[str, int] = {}
    rows: Counter[int] = Counter()
    for name in names:
        before = [up for up in needs[name] if up in column]
        column[name] = max((column[up] + 1 for up in before), default=0)
        beside = [row[up] for up in before if column[up] == column[name] - 1]
        row[name] = max([rows[column[name]], *beside])
        rows[column[name]] = row[name] + 1
    return column, row


def _curve(start: tuple[int, int], end: tuple[int, int], sizes: Sizes) -> Curve:
    left, top, right, bottom = start[0] + sizes.width, start[1] + sizes.height / 2, end[0], end[1] + sizes.height / 2
    return Curve(left, top, right, bottom, bend=max(GAP_X, abs(right - left) / 2))


def without_shortcuts(needs: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """What each box needs directly: the lines worth drawing.

    >>> without_shortcuts({"a": [], "b": ["a"], "c": ["a", "b"]})["c"]
    {'b'}
    """

    @cache
    def everything(name: str) -> frozenset[str]:
        return frozenset(needs[name]).union(*(everything(up) for up in needs[name]))

    return {name: set(ups).difference(*(everything(up) for up in ups)) for name, ups in needs.items()}
