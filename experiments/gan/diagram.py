"""DCGAN and its conditional form as pictures: what goes in, the layers with their sizes, and what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tpdl
from tpdl import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.lab.plots.diagram import Block

Shape = tuple[int, int]
"""Channels and side of a layer's output. The sizes are those of `experiments.lab.nets.dcgan` and `.cdcgan`, which a
picture cannot import, because it is drawn where there is no torch; a test compares them."""

NOISE, CLASSES, SIDE = 100, 10, 32
GENERATOR: tuple[Shape, ...] = ((128, 4), (64, 8), (32, 16))
DISCRIMINATOR: tuple[Shape, ...] = ((32, 16), (64, 8), (128, 4))
CONDITIONAL_GENERATOR: tuple[Shape, ...] = ((512, 4), (256, 8), (128, 16))
"""The first is the projection of z beside that of y, half of the channels each."""
CONDITIONAL_DISCRIMINATOR: tuple[Shape, ...] = ((128, 16), (256, 8), (512, 4))
"""The first is the projection of x beside that of y, half of the channels each."""
G, D, REAL, LABEL = "C0", "C1", "C2", "C4"
"""Colours of the generator and what it makes, the discriminator, real data, and the class."""
INCHES = 1.6
"""For a map whose side is 100."""


@figure(
    caption="A generator turns noise into an image, and a discriminator tells such images from real ones: the DCGAN. "
    "Each block is the output of a layer (channels × side²). Solid arrows lead forward. Dashed ones are gradients: "
    "what the generator learns, it learns through the discriminator.",
    alt="On the left the noise z, 100 numbers, enters the generator, whose layers have 128 channels of 4 by 4, 64 of "
    "8 by 8 and 32 of 16 by 16 values; out comes an image of 32 by 32. It and a real image lead to the discriminator, "
    "with 32 channels of 16 by 16, 64 of 8 by 8 and 128 of 4 by 4, and on to the question whether the image is real. "
    "A dashed arrow leads from there back to the discriminator, another one past it to the generator.",
)
def dcgan_diagram(*, narrow: bool = False) -> Figure:
    """Noise, generator, image or real image, discriminator, verdict; and the ways of the gradients."""
    return _down() if narrow else _across()


@figure(
    caption="In the conditional DCGAN both networks are told the class y. In the generator the projections of noise "
    "and class, 256 channels each, are concatenated; in the discriminator those of image and class, 64 channels each. "
    "The class enters as a one and nine zeros: ten numbers, or ten planes. Blocks and arrows as in the diagram of the "
    "DCGAN.",
    alt="The same two networks. The class y, purple, is a second input of both. In the generator it becomes half of "
    "the first block, 256 of 512 channels of 4 by 4; then follow 256 channels of 8 by 8, 128 of 16 by 16, and the "
    "image of 32 by 32. For the discriminator it is spread over ten planes of 32 by 32, and becomes half of the first "
    "block, 64 of 128 channels of 16 by 16, which 256 channels of 8 by 8 and 512 of 4 by 4 follow.",
)
def cdcgan_diagram(*, narrow: bool = False) -> Figure:
    """The two networks with the class as second input, and where it joins the first."""
    return _down_conditional() if narrow else _across_conditional()


def _across() -> Figure:
    """DCGAN from left to right, for wide pages."""
    from experiments.lab.plots.diagram import arrow, arrow_key, block, canvas, label

    fig, sheet = canvas(7.6, 3.02)
    made, real, judged = 1.95, 0.82, 1.38
    noise = block(sheet, 0.22, made, 1.0, 0.1, G, flat=True)
    label(sheet, noise.middle, made - 0.74, f"noise z\n{NOISE}", 8)
    _part(sheet, 1.85, made, 2.3, 1.66, "generator G", G)
    _row(sheet, (0.97, 1.67, 2.33), made, GENERATOR, G)
    _digit(sheet, 3.6, made, "5", f"G(z), 1 × {SIDE}²", G)
    _digit(sheet, 3.6, real, "3", f"real x, 1 × {SIDE}²", REAL, below=True)
    _part(sheet, 5.43, judged, 2.1, 1.66, "discriminator D", D)
    _row(sheet, (4.66, 5.3, 5.94), judged, DISCRIMINATOR, D)
    arrow(sheet, [noise.exit, (0.68, made)])
    arrow(sheet, [(3.0, made), (3.25, made)])
    for y, level, colour in ((made, judged + 0.06, G), (real, judged - 0.06, REAL)):
        arrow(sheet, [(3.95, y), (4.14, y), (4.14, level), (4.36, level)], colour)
    _verdict(sheet, 7.14, judged, 6.48, made + 0.68, 3.0)
    label(sheet, 5.15, made + 0.82, "gradient for the generator, through the discriminator", 8)
    arrow_key(sheet, 2.35, 0.15)
    return fig


def _across_conditional() -> Figure:
    """Conditional DCGAN from left to right, for wide pages."""
    from experiments.lab.plots.diagram import arrow, arrow_key, block, canvas, label, maps

    fig, sheet = canvas(7.6, 4.08)
    made, real, planes, judged = 2.87, 1.86, 0.7, 1.95
    noise = block(sheet, 0.22, made + 0.4, 0.8, 0.1, G, flat=True)
    label(sheet, 0.4, made + 0.66, f"noise z\n{NOISE}", 8, ha="left")
    given = block(sheet, 0.22, made - 0.5, 0.3, 0.1, LABEL, flat=True)
    label(sheet, 0.27, made - 0.85, f"class y\n{CLASSES}", 8)
    # Generator
    _part(sheet, 2.05, made, 2.1, 2.0, "generator G", G)
    joined = _pair(sheet, 1.2, (made + 0.4, made - 0.5), CONDITIONAL_GENERATOR[0], G)
    _row(sheet, (1.88, 2.5), made - 0.05, CONDITIONAL_GENERATOR[1:], G)
    arrow(sheet, [noise.exit, (joined[0].x - 0.02, noise.y)], G)
    arrow(sheet, [given.exit, (joined[1].x - 0.02, given.y)], LABEL)
    _merge(sheet, joined, 1.86, made - 0.05)
    # Images, and the class again
    _digit(sheet, 3.7, made, "5", f"G(z, y), 1 × {SIDE}²", G)
    _digit(sheet, 3.7, real, "3", f"real x, 1 × {SIDE}²", REAL, below=True)
    spread = maps(sheet, 3.56, planes - 0.06, CLASSES, SIDE, LABEL, INCHES)
    label(sheet, 3.42, planes - 0.26, f"y as planes\n{CLASSES} × {SIDE}²", 8, ha="right")
    arrow(sheet, [(0.6, given.y), (0.6, planes), (spread.x - 0.02, planes)], LABEL)
    # Discriminator
    _part(sheet, 5.46, judged, 2.1, 2.34, "discriminator D", D)
    joined = _pair(sheet, 4.65, (judged + 0.46, judged - 0.55), CONDITIONAL_DISCRIMINATOR[0], D)
    _row(sheet, (5.4, 6.0), judged - 0.05, CONDITIONAL_DISCRIMINATOR[1:], D)
    arrow(sheet, [(3.1, made), (3.35, made)])
    level = joined[0].y
    arrow(sheet, [(4.05, made), (4.24, made), (4.24, level + 0.06), (joined[0].x - 0.02, level + 0.06)], G)
    arrow(sheet, [(4.05, real), (4.24, real), (4.24, level - 0.06), (joined[0].x - 0.02, level - 0.06)], REAL)
    level = joined[1].y
    arrow(sheet, [(spread.x + 0.22, planes), (4.24, planes), (4.24, level), (joined[1].x - 0.02, level)], LABEL)
    _merge(sheet, joined, 5.38, judged - 0.05)
    _verdict(sheet, 7.14, judged, 6.51, made + 0.8, 3.1)
    label(sheet, 5.15, made + 0.94, "gradient for the generator, through the discriminator", 8)
    arrow_key(sheet, 4.3, 0.3)
    return fig


def _down() -> Figure:
    """DCGAN from the top to the bottom, for phones."""
    from experiments.lab.plots.diagram import arrow, arrow_key, block, canvas, label

    fig, sheet = canvas(3.7, 6.62)
    middle, left, right, made, judged, images = 1.7, 0.95, 2.45, 5.3, 2.05, 3.83
    block(sheet, middle - 0.5, 6.5, 0.1, 1.0, G, flat=True)
    label(sheet, middle + 0.6, 6.49, f"noise z, {NOISE}", 8, ha="left")
    _part(sheet, middle, made, 2.8, 1.66, "generator G", G)
    _row(sheet, (0.65, 1.5, 2.35), made, GENERATOR, G)
    _digit(sheet, left, images, "5", f"G(z), 1 × {SIDE}²", G, below=True)
    _digit(sheet, right, images, "3", f"real x, 1 × {SIDE}²", REAL, below=True)
    _part(sheet, middle, judged, 2.8, 1.66, "discriminator D", D)
    _row(sheet, (0.6, 1.5, 2.3), judged, DISCRIMINATOR, D)
    arrow(sheet, [(middle, 6.44), (middle, 6.15)])
    arrow(sheet, [(left, made - 0.83), (left, images + 0.34)])
    for x, end, colour in ((left, middle - 0.06, G), (right, middle + 0.06, REAL)):
        arrow(sheet, [(x, images - 0.53), (x, images - 0.7), (end, images - 0.7), (end, judged + 0.85)], colour)
    _verdict_below(sheet, middle, 0.66, judged - 0.83)
    arrow(sheet, [(middle + 0.52, 0.66), (3.34, 0.66), (3.34, made), (3.12, made)], G, dashed=True)
    label(sheet, 3.5, images, "gradient for the generator", 8, rotation=90)
    arrow_key(sheet, 0.3, 0.13)
    return fig


def _down_conditional() -> Figure:
    """Conditional DCGAN from the top to the bottom, for phones."""
    from experiments.lab.plots.diagram import arrow, arrow_key, block, canvas, label, maps

    fig, sheet = canvas(3.7, 8.2)
    middle, own, given, made, images, judged = 1.75, 0.95, 2.5, 6.45, 4.55, 2.4
    block(sheet, own - 0.45, 7.9, 0.1, 0.9, G, flat=True)
    label(sheet, own, 8.07, f"noise z, {NOISE}", 8)
    block(sheet, given - 0.15, 7.9, 0.1, 0.3, LABEL, flat=True)
    label(sheet, given, 8.07, f"class y, {CLASSES}", 8)
    # Generator
    _part(sheet, middle, made, 2.8, 2.3, "generator G", G)
    tops = _columns(sheet, own, given, made + 0.48, made - 0.45, CONDITIONAL_GENERATOR, G)
    arrow(sheet, [(own, 7.84), (own, tops)], G)
    arrow(sheet, [(given, 7.84), (given, tops)], LABEL)
    # Images, and the class again
    _digit(sheet, 0.72, images, "5", f"G(z, y)\n1 × {SIDE}²", G, below=True)
    _digit(sheet, 1.52, images, "3", f"real x\n1 × {SIDE}²", REAL, below=True)
    spread = maps(sheet, given - 0.12, images - 0.02, CLASSES, SIDE, LABEL, INCHES)
    label(sheet, given + 0.1, images - 0.68, f"y as planes\n{CLASSES} × {SIDE}²", 8, ha="left")
    arrow(sheet, [(0.72, made - 1.15), (0.72, images + 0.34)])
    arrow(sheet, [(given + 0.15, 7.9), (3.42, 7.9), (3.42, images), (spread.x + spread.width + 0.03, images)], LABEL)
    # Discriminator
    _part(sheet, middle, judged, 2.8, 2.5, "discriminator D", D)
    tops = _columns(sheet, own, given, judged + 0.42, judged - 0.55, CONDITIONAL_DISCRIMINATOR, D)
    for x, end, colour in ((0.72, own - 0.06, G), (1.52, own + 0.06, REAL)):
        arrow(sheet, [(x, images - 0.73), (x, judged + 1.33), (end, judged + 1.33), (end, tops)], colour, corner=0.05)
    arrow(sheet, [(given, spread.bottom), (given, tops)], LABEL)
    _verdict_below(sheet, middle, 0.66, judged - 1.25)
    arrow(sheet, [(middle - 0.52, 0.66), (0.14, 0.66), (0.14, made), (0.33, made)], G, dashed=True)
    arrow_key(sheet, 0.4, 0.13)
    return fig


def _columns(
    sheet: Axes, own: float, given: float, high: float, low: float, shapes: tuple[Shape, ...], colour: str
) -> float:
    """The projections of an input and of the class side by side, and below them the layers after; returns their top.

    Args:
        sheet: to draw on.
        own, given: x of the middles of the two projections.
        high, low: y of the projections, and of the other layers.
        shapes: of all layers.
        colour: of those that are not of the class alone.
    """
    from experiments.lab.plots.diagram import arrow, label, maps, thickness

    channels, side = shapes[0][0] // 2, shapes[0][1]
    top = low
    second, *_ = _row(sheet, (own + 0.25, own + 1.15), low, shapes[1:], colour)
    for x, each, edge in ((own, colour, "left"), (given, LABEL, "right")):
        half = maps(sheet, x - thickness(channels) / 2, high, channels, side, each, INCHES)
        beside = half.x + half.width + 0.06 if edge == "left" else half.x - 0.06
        label(sheet, beside, high, f"{channels} × {side}²", 8, ha=edge)
        turn = half.bottom - 0.1
        end = (second.middle, second.top + 0.01)
        arrow(sheet, [(x, half.bottom), (x, turn), (second.middle, turn), end], corner=0.05)
        top = half.top
    return top


def _verdict_below(sheet: Axes, x: float, y: float, edge: float) -> None:
    """What the discriminator is asked, and its own gradient.

    Args:
        sheet: to draw on.
        x, y: the centre of its box.
        edge: the lower edge of the discriminator.
    """
    from experiments.lab.plots.diagram import arrow, box

    box(sheet, x, y, 1.0, 0.48, "real or\ngenerated?", D, 8, strength=0)
    arrow(sheet, [(x - 0.1, edge), (x - 0.1, y + 0.26)])
    arrow(sheet, [(x + 0.1, y + 0.24), (x + 0.1, edge - 0.02)], D, dashed=True)


def _part(sheet: Axes, x: float, y: float, width: float, height: float, name: str, colour: str) -> None:
    """The box of a network, with its name on top."""
    from experiments.lab.plots.diagram import box, label

    box(sheet, x, y, width, height, "", colour)
    label(sheet, x, y + height / 2 - 0.16, name, 8.5, weight="bold")


def _row(sheet: Axes, lefts: tuple[float, ...], y: float, shapes: tuple[Shape, ...], colour: str) -> list[Block]:
    """Layers from left to right, with their shapes below."""
    from experiments.lab.plots.diagram import label, maps

    layers = []
    for left, (channels, side) in zip(lefts, shapes, strict=True):
        layer = maps(sheet, left, y, channels, side, colour, INCHES)
        label(sheet, layer.middle, y - 0.56, f"{channels} × {side}²", 8)
        layers.append(layer)
    return layers


def _pair(sheet: Axes, left: float, ys: tuple[float, float], shape: Shape, colour: str) -> list[Block]:
    """The projections of an input and of the class, half of the channels each, one above the other."""
    from experiments.lab.plots.diagram import label, maps

    channels, side = shape[0] // 2, shape[1]
    pair = []
    for y, own in zip(ys, (colour, LABEL), strict=True):
        half = maps(sheet, left, y, channels, side, own, INCHES)
        label(sheet, half.middle, half.bottom - 0.12, f"{channels} × {side}²", 8)
        pair.append(half)
    return pair


def _merge(sheet: Axes, pair: list[Block], x: float, y: float) -> None:
    """Arrows from both of a pair that become one: their channels are concatenated."""
    from experiments.lab.plots.diagram import arrow

    for half in pair:
        start = half.exit
        arrow(sheet, [start, (x - 0.17, start[1]), (x - 0.17, y), (x, y)], corner=0.05)


def _digit(sheet: Axes, x: float, y: float, figure: str, words: str, colour: str, below: bool = False) -> None:
    from experiments.lab.plots.diagram import digit, label

    digit(sheet, x, y, 0.62, figure, colour)
    label(sheet, x, y + (-0.37 if below else 0.36), words, 8, va="top" if below else "bottom")


def _verdict(sheet: Axes, x: float, y: float, edge: float, above: float, end: float) -> None:
    """What the discriminator is asked, and the gradients that come of it: its own, and the one for the generator.

    Args:
        sheet: to draw on.
        x, y: the centre of its box.
        edge: the right edge of the discriminator.
        above: height of the way back to the generator.
        end: the right edge of the generator.
    """
    from experiments.lab.plots.diagram import arrow, box

    box(sheet, x, y, 0.8, 0.6, "real or\ngenerated?", D, 8, strength=0)
    arrow(sheet, [(edge, y - 0.09), (x - 0.42, y - 0.09)], head=0.07)
    arrow(sheet, [(x - 0.4, y + 0.09), (edge + 0.02, y + 0.09)], D, dashed=True, head=0.07)
    arrow(sheet, [(x, y + 0.3), (x, above), (end + 0.02, above)], G, dashed=True)


if __name__ == "__main__":
    tpdl.main(__file__)
