"""Diagrams of networks: layers as blocks, parts as boxes, and arrows between them, on a sheet measured in inches.

    fig, sheet = canvas(7.6, 2.0)
    layer = block(sheet, 1.0, 1.0, side=1.2, thickness=0.2, colour="C0")
    arrow(sheet, [layer.exit, (3.0, 1.0)])
    box(sheet, 3.6, 1.0, 1.2, 0.5, "classifier", "C1")

x goes to the right and y upwards; what has a size is placed by its centre. Colours of the cycle follow the theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]
SLANT = (0.21, 0.155)
"""How far a block reaches to the right and upwards behind its front, for one inch of its side."""


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty sheet, and the axes that cover it, on which one unit is one inch.

    >>> canvas(7.6, 2.0)[1].get_xlim()
    (0.0, 7.6)
    """
    from matplotlib.figure import Figure

    fig = Figure(figsize=(width, height))
    fig.set_layout_engine("none")
    sheet = fig.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    sheet.axis("off")
    return fig, sheet


def tint(colour: str, strength: float) -> tuple[float, float, float]:
    """A colour mixed with that of the page, so that it is paler on white and deeper on dark: 0 is the page."""
    from matplotlib import rcParams
    from matplotlib.colors import to_rgb

    red, green, blue = (
        strength * own + (1 - strength) * page
        for own, page in zip(to_rgb(colour), to_rgb(rcParams["figure.facecolor"]), strict=True)
    )
    return red, green, blue


def quiet() -> str:
    """The colour of what is not in the foreground."""
    from matplotlib import rcParams

    return str(rcParams["axes.edgecolor"])


def label(sheet: Axes, x: float, y: float, text: str, size: float = 9, **looks: Any) -> None:
    """Text around a point, by default centred there.

    Args:
        sheet: to write on.
        x, y: the point.
        text: may have several lines, and mathematics between dollar signs.
        size: of the letters in points.
        looks: as for matplotlib's `text`.
    """
    usual: dict[str, Any] = {"fontsize": size, "ha": "center", "va": "center", "linespacing": 1.35, "zorder": 6}
    sheet.text(x, y, text, **usual | looks)


def box(
    sheet: Axes,
    x: float,
    y: float,
    width: float,
    height: float,
    text: str = "",
    colour: str = "C0",
    size: float = 9,
    strength: float = 0.14,
    line: float = 1.1,
) -> None:
    """A rounded box around a point: a part of a network, or an operation, with its name in it.

    Args:
        sheet: to draw on.
        x, y: its centre.
        width, height: in inches.
        text: in its middle.
        colour: of its outline, and paler of its inside.
        size: of the letters in points.
        strength: of the colour inside, 0 for none.
        line: width of the outline in points.
    """
    from matplotlib.patches import FancyBboxPatch

    sheet.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.09",
            facecolor=tint(colour, strength),
            edgecolor=colour,
            linewidth=line,
            zorder=1,
        )
    )
    if text:
        label(sheet, x, y, text, size)


@dataclass(frozen=True)
class Block:
    """Where a block lies on the sheet."""

    x: float
    y: float
    width: float
    """From its left edge to the end of what is seen of its side."""
    height: float
    """From its lower edge to that of its front's upper edge."""
    slant: Point

    @property
    def entry(self) -> Point:
        """Where an arrow ends that leads to it: the middle of its left edge."""
        return self.x, self.y

    @property
    def exit(self) -> Point:
        """Where an arrow starts that leads on from it: the middle of its right side."""
        return self.x + self.width - self.slant[0] / 2, self.y + self.slant[1] / 2

    @property
    def top(self) -> float:
        """The height of its highest point."""
        return self.y + self.height / 2 + self.slant[1]

    @property
    def bottom(self) -> float:
        """The height of its lowest edge."""
        return self.y - self.height / 2

    @property
    def middle(self) -> float:
        """x of the middle of all that is seen of it."""
        return self.x + self.width / 2


def block(sheet: Axes, x: float, y: float, side: float, thickness: float, colour: str, flat: bool = False) -> Block:
    """The values of a layer as a block: as high and as deep as its maps, as thick as it has channels.

    Args:
        sheet: to draw on.
        x: of its left edge.
        y: of the middle of its front.
        side: of a map, in inches.
        thickness: for the channels, in inches.
        colour: of its front; its top is paler, its side deeper.
        flat: draw it without depth: a vector has no maps.
    """
    from matplotlib.patches import Polygon

    dx, dy = (0.0, 0.0) if flat else (SLANT[0] * side, SLANT[1] * side)
    left, right, low, high = x, x + thickness, y - side / 2, y + side / 2
    faces = [([(left, low), (right, low), (right, high), (left, high)], 0.62)]
    if not flat:
        faces.append(([(left, high), (left + dx, high + dy), (right + dx, high + dy), (right, high)], 0.36))
        faces.append(([(right, low), (right + dx, low + dy), (right + dx, high + dy), (right, high)], 0.82))
    for corners, strength in faces:
        sheet.add_patch(
            Polygon(
                corners,
                facecolor=tint(colour, strength),
                edgecolor=tint(colour, 1),
                linewidth=0.6,
                joinstyle="round",
                zorder=3,
            )
        )
    return Block(x, y, thickness + dx, side, (dx, dy))


def maps(sheet: Axes, x: float, y: float, channels: int, side: int, colour: str, inches: float) -> Block:
    """The output of a convolutional layer as a block: sides on a square-root scale, channels on a cube-root scale.

    Linear scales would leave nothing to be seen of the smallest: in VGG16 maps have from 7 × 7 to 224 × 224 values.

    Args:
        sheet: to draw on.
        x: of its left edge.
        y: of the middle of its front.
        channels: how many maps.
        side: of a map.
        colour: of the block.
        inches: for a map whose side is 100.
    """
    return block(sheet, x, y, inches * (side / 100) ** 0.5, thickness(channels), colour)


def thickness(channels: int) -> float:
    """Inches for a number of channels."""
    return 0.03 * channels ** (1 / 3)


def arrow(
    sheet: Axes,
    points: Sequence[Point],
    colour: str = "",
    dashed: bool = False,
    width: float = 1.3,
    head: float = 0.09,
    corner: float = 0.1,
) -> None:
    """An arrow along straight lines, with rounded corners; dashed where a gradient goes back.

    Args:
        sheet: to draw on.
        points: where it starts, turns and ends.
        colour: of all of it, by default that of the axes.
        dashed: its line; its head never is.
        width: of the line in points.
        head: length of the head in inches; 0 leaves it away.
        corner: radius of the corners in inches.
    """
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    colour = colour or quiet()
    (tip_x, tip_y), before = points[-1], points[-2]
    along = _towards(points[-1], before, 1)
    ux, uy = along[0] - tip_x, along[1] - tip_y
    end = (tip_x + 0.8 * head * ux, tip_y + 0.8 * head * uy)
    line = [*points[:-1], end]
    vertices, codes = [line[0]], [Path.MOVETO]
    for i in range(1, len(line) - 1):
        vertices += [_towards(line[i], line[i - 1], corner), line[i], _towards(line[i], line[i + 1], corner)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    style = {"linestyle": (0, (3.2, 2.0)) if dashed else "-", "linewidth": width, "zorder": 4, "capstyle": "butt"}
    path = Path([*vertices, end], [*codes, Path.LINETO])
    sheet.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, **style))
    if head:
        wing = 0.42 * head
        base = (tip_x + head * ux, tip_y + head * uy)
        wings = [(base[0] - wing * uy, base[1] + wing * ux), (base[0] + wing * uy, base[1] - wing * ux)]
        sheet.add_patch(Polygon([(tip_x, tip_y), *wings], facecolor=colour, edgecolor="none", zorder=4))


def arrow_key(sheet: Axes, x: float, y: float) -> None:
    """What the two kinds of arrows mean, in three inches from x on."""
    arrow(sheet, [(x, y), (x + 0.4, y)])
    label(sheet, x + 0.48, y, "forward", 8.5, ha="left")
    arrow(sheet, [(x + 1.75, y), (x + 1.35, y)], dashed=True)
    label(sheet, x + 1.83, y, "gradient, backward", 8.5, ha="left")


def _towards(start: Point, end: Point, distance: float) -> Point:
    """The point that lies `distance` from one point on the way to another."""
    length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    share = distance / length
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def digit(sheet: Axes, x: float, y: float, side: float, figure: str, colour: str, photograph: bool = False) -> None:
    """A handwritten digit of a data set, as a sign for its images: white on black, or drawn into a photograph.

    Args:
        sheet: to draw on.
        x, y: its centre.
        side: in inches.
        figure: the digit.
        colour: of its frame.
        photograph: the digit inverts a pattern of colours, as in MNIST-M.
    """
    import numpy as np
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import Rectangle
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    cells = 9 if photograph else 1
    low = (x - side / 2, y - side / 2)
    shape = TextPath((0, 0), figure, size=1, prop=FontProperties(family="DejaVu Sans", style="oblique", weight="bold"))
    extents = shape.get_extents()
    scale = 0.68 * side / extents.height
    centre = ((extents.x0 + extents.x1) / 2, (extents.y0 + extents.y1) / 2)
    ink = shape.transformed(Affine2D().translate(-centre[0], -centre[1]).scale(scale).translate(x, y))
    ground = np.full((cells, cells, 3), 0.06)
    if photograph:
        across, up = np.meshgrid(np.arange(cells), np.arange(cells))
        channels = ((0.5, 0.9, 0), (0.6, 0.5, 1), (0.9, 0.2, 3))
        waves = [0.5 + 0.5 * np.sin(a * across + b * up + c) for a, b, c in channels]
        ground = 0.22 + 0.3 * np.stack(waves, -1) + 0.06 * ((across * 7 + up * 5) % 4 - 1.5)[..., None]
    for colours, clip in ((ground, None), (1 - ground, ink)):
        for row, column in np.ndindex(cells, cells):
            corner = (low[0] + column * side / cells, low[1] + row * side / cells)
            edge = 1.02 * side / cells  # no gaps between neighbours
            colour_here = np.clip(colours[row, column], 0, 1)
            cell = Rectangle(corner, edge, edge, facecolor=colour_here, edgecolor="none", zorder=3)
            sheet.add_patch(cell)
            if clip is not None:
                cell.set_clip_path(clip, sheet.transData)
    sheet.add_patch(Rectangle(low, side, side, facecolor="none", edgecolor=colour, linewidth=1.6, zorder=4))
