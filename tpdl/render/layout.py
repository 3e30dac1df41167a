"""Places for the boxes of a graph: chapters one below the other, in each of them columns by what lies before.

Example:
    place = layout({"x": set(), "y": {"x"}}, {"x": "a", "y": "a"}, Sizes(150, 150), lambda name, width: 38)
    place.boxes["y"]    # Rectangle(x=175, y=30, width=150, height=38): `y` needs `x`, so it stands right of it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

GAP_X, GAP_Y, TITLE = 24, 10, 30
"""Pixels between two boxes, and for the title of a chapter."""
CLOSE = 3
"""Pixels between two boxes that need the same, and that no other needs: they are read as a list."""


@dataclass(frozen=True)
class Sizes:
    """Widths in pixels: of the narrowest and the widest box, and of the picture, which as many columns share."""

    narrowest: int
    widest: int
    picture: int = 0

    def width(self, columns: int) -> int:
        """Of each box, where there are so many columns."""
        share = (self.picture - 2 - (columns - 1) * GAP_X) // max(columns, 1)
        return max(self.narrowest, min(self.widest, share))


@dataclass(frozen=True)
class Rectangle:
    """A box, by its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def middle(self) -> float:
        """The height at which lines enter and leave it."""
        return self.y + self.height / 2


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

    boxes: dict[str, Rectangle] = field(default_factory=dict)
    titles: list[tuple[str, int]] = field(default_factory=list)
    """Chapter, and the line that its title stands on."""
    curves: list[Curve] = field(default_factory=list)
    width: int = 0
    height: int = 1


def layout(
    needs: Mapping[str, Collection[str]],
    chapters: Mapping[str, str],
    sizes: Sizes,
    height: Callable[[str, int], int],
) -> Layout:
    """Place every box, and draw a line to it from each that it needs.

    Args:
        needs: name -> the names of those from which a line leads to it. They come before it.
        chapters: name -> chapter.
        sizes: how wide boxes are.
        height: of a box, by its name and its width.
    """
    result = Layout()
    top = 0
    for chapter in dict.fromkeys(chapters[name] for name in needs):
        result.titles.append((chapter, top + 18))
        inside = {name: [up for up in needs[name] if chapters[up] == chapter] for name in needs}
        inside = {name: ups for name, ups in inside.items() if chapters[name] == chapter}
        boxes = _chapter(inside, top + TITLE, sizes, height)
        result.boxes |= boxes
        top = max(box.bottom for box in boxes.values()) + 2 * GAP_Y
    result.width = 1 + max((box.right for box in result.boxes.values()), default=0)
    result.height = max(top, 1)
    result.curves = [_curve(result.boxes[up], result.boxes[name]) for name in needs for up in sorted(needs[name])]
    return result


def _chapter(
    needs: Mapping[str, Collection[str]], top: int, sizes: Sizes, height: Callable[[str, int], int]
) -> dict[str, Rectangle]:
    """The boxes of one chapter: each right of all that it needs, level with it or below."""
    column = _columns(needs)
    width = sizes.width(max(column.values()) + 1)
    needed = {up for ups in needs.values() for up in ups}
    boxes: dict[str, Rectangle] = {}
    ends: dict[int, int] = defaultdict(lambda: top - GAP_Y)
    """Where each column ends so far."""
    last: dict[int, str] = {}
    for name in _order(needs, needed):
        if needs[name] or name in needed:
            at = column[name]
        else:  # what stands alone fills up the columns
            at = min(range(max(column.values()) + 1), key=lambda each: (ends[each], each))
        before = last.get(at)
        siblings = before is not None and not {before, name} & needed and set(needs[before]) == set(needs[name])
        y = ends[at] + (CLOSE if siblings and needs[name] else GAP_Y)
        if name in needed:  # level with the first of those that need it, so that lines do not cross
            y = max(y, ends[at + 1] + GAP_Y)
        y = max([y, *(boxes[up].y for up in needs[name] if column[up] == at - 1)])
        boxes[name] = Rectangle(1 + at * (width + GAP_X), y, width, height(name, width))
        ends[at], last[at] = boxes[name].bottom, name
    return boxes


def _columns(needs: Mapping[str, Collection[str]]) -> dict[str, int]:
    """For each name how many others it needs one after the other."""
    column: dict[str, int] = {}
    for name in needs:
        column[name] = max((column[up] + 1 for up in needs[name]), default=0)
    return column


def _order(needs: Mapping[str, Collection[str]], needed: Collection[str]) -> Iterator[str]:
    """All names, each as soon as what it needs has been: what hangs together stays together. The lonely are last."""
    waiting = {name: len(set(ups)) for name, ups in needs.items()}
    after: dict[str, list[str]] = defaultdict(list)
    for name, ups in needs.items():
        for up in set(ups):
            after[up].append(name)
    first = sorted((name for name in needs if not waiting[name]), key=lambda name: name not in needed)
    stack = first[::-1]
    while stack:
        name = stack.pop()
        yield name
        for other in after[name]:
            waiting[other] -= 1
        ready = [other for other in after[name] if not waiting[other]]
        stack += sorted(ready, key=lambda other: other in needed)[::-1]  # those that end here come first, as one list


def _curve(start: Rectangle, end: Rectangle) -> Curve:
    return Curve(start.right, start.middle, end.x, end.middle, bend=max(GAP_X, abs(end.x - start.right) / 2))


def without_shortcuts(needs: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """What each box needs directly: the lines worth drawing.

    >>> without_shortcuts({"a": [], "b": ["a"], "c": ["a", "b"]})["c"]
    {'b'}
    """

    @cache
    def everything(name: str) -> frozenset[str]:
        return frozenset(needs[name]).union(*(everything(up) for up in needs[name]))

    return {name: set(ups).difference(*(everything(up) for up in ups)) for name, ups in needs.items()}
