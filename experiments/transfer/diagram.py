"""VGG16 as a picture: its layers, and where it can be cut to take features (questions 1, 7 and 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.transfer.parameters import COLOURS, parameters
from tpdl import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


TALLEST = 1.5
"""Inches for the side of the largest maps."""


@dataclass(frozen=True)
class Stage:
    """Layers of one kind whose outputs have one shape: convolutions, a pooling, or a fully connected layer."""

    kind: str
    layers: int
    channels: int
    side: int
    """1 for the outputs of a fully connected layer."""
    first_cut: int
    """Number of the ReLU after the first of them; 0 where none follows."""

    @property
    def shape(self) -> str:
        """The shape of an output, as the table of layers writes it."""
        return f"{self.channels:,}" if self.side == 1 else f"{self.channels} × {self.side} × {self.side}"


@figure(
    parameters,
    suffix="vgg16",
    caption="VGG16 turns an image into ever smaller maps of ever more channels, and these into a vector. Each block is "
    "the output of a layer: the longer its side, the larger the maps, and the thicker it is drawn, the more channels "
    "(not to scale); grey is pooling. Numbers count the ReLUs, after each of which the network can be cut; the lab "
    "cuts after the last, number 15, which is relu7 because it follows fc7. The bar shows the parameters, to scale.",
    alt="From left to right: an image; five groups of convolutions, each followed by a pooling that halves the sides "
    "of the maps, so that the blocks become lower and thicker; then three narrow bars, the fully connected layers. "
    "Numbers above count the ReLUs, one after each convolution and after the first two fully connected layers; the "
    "last is marked as the lab's cut. In a bar of all parameters the first fully connected layer takes up most.",
)
def vgg16_diagram(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """The layers of the first network that has fully connected ones, from the table of its layers."""
    network = results.loc[results["kind"] == "linear", "network"].iloc[0]
    rows = results[results["network"] == network]
    return (_down if narrow else _across)(rows, _stages(rows))


def _stages(rows: pd.DataFrame) -> list[Stage]:
    """The layers in forward order, equal neighbours together. A pooling that changes nothing is left out."""
    stages: list[Stage] = []
    cuts = 0
    for row in rows.itertuples():
        channels, *sides = map(int, str(row.shape).split("×"))
        side = sides[0] if sides else 1
        last = stages[-1] if stages else None
        same = last is not None and (last.channels, last.side) == (channels, side)
        if row.kind == "pooling" and same:
            continue
        is_cut = row.kind != "pooling" and row.Index != rows.index[-1]
        cuts += is_cut
        if last and same and last.kind == row.kind == "convolution":
            stages[-1] = Stage(last.kind, last.layers + 1, channels, side, last.first_cut)
        else:
            stages.append(Stage(str(row.kind), 1, channels, side, cuts if is_cut else 0))
    return stages


def _across(rows: pd.DataFrame, stages: list[Stage]) -> Figure:
    """From left to right, for wide pages."""
    from experiments.lab.plots.diagram import arrow, block, canvas, label, thickness

    fig, sheet = canvas(7.6, 3.5)
    line, names, marks = 1.97, 0.8, 3.22
    label(sheet, 0.1, marks, "cut after\nReLU", 8, ha="left")
    block(sheet, 0.12, line, TALLEST, 0.035, "C2")
    _name(sheet, 0.36, names, "image", f"3 × {stages[0].side}²")
    x, group = 0.8, 0
    vectors = [stage for stage in stages if stage.kind == "linear"]
    for stage in stages:
        colour, thick, start = COLOURS[stage.kind], thickness(stage.channels), x
        if stage.kind == "linear":
            number = group + 1 + vectors.index(stage)
            length = 1.3 * (stage.channels / vectors[0].channels) ** 0.5
            bar = block(sheet, x, line, length, 0.13, colour, flat=True)
            _name(sheet, bar.middle, names, f"fc{number}", stage.shape)
            if stage.first_cut:
                _cut(sheet, (bar.middle, marks), (bar.middle, bar.top), stage.first_cut, stage is vectors[-2])
            if stage is vectors[-2]:
                label(sheet, bar.middle + 0.15, marks, f"relu{number}: the\nlab’s cut", 8, ha="left", weight="bold")
            x += 0.45
            continue
        group += stage.kind == "convolution"
        for i in range(stage.layers):
            part = block(sheet, x, line, _side(stage, stages[0]), thick, colour)
            if stage.first_cut:
                front = x + thick / 2
                _cut(sheet, (front, marks), (front, part.y + part.height / 2), stage.first_cut + i)
            x += thick + 0.065
        if stage.kind == "convolution":
            middle = (start + x) / 2 + (0.04 if group == 2 else 0)
            _name(sheet, middle, names, f"conv{group}", f"{stage.channels} × {stage.side}²")
        else:
            x += 0.05
        if stages[stages.index(stage) + 1] is vectors[0]:
            _name(sheet, part.middle, names, f"pool{group}", f"{stage.channels} × {stage.side}²")
            label(sheet, x + 0.23, line + 0.12, f"{stage.channels * stage.side**2:,}\nvalues", 8, va="bottom")
            arrow(sheet, [part.exit, (x + 0.45, part.exit[1])])
            x += 0.53
    _budget(sheet, rows, group + 1, 0.1, 7.5, 0.28)
    return fig


def _down(rows: pd.DataFrame, stages: list[Stage]) -> Figure:
    """From the top to the bottom, for phones: each layer is a bar, as wide as its maps."""
    from experiments.lab.plots.diagram import arrow, block, canvas, label

    fig, sheet = canvas(3.7, 6.36)
    middle, names, marks = 1.32, 2.22, 0.2
    y, group = 6.16, 0
    vectors = [stage for stage in stages if stage.kind == "linear"]
    label(sheet, 0.08, y, "cut after\nReLU", 8, ha="left")
    label(sheet, names, y, f"image\n3 × {stages[0].side} × {stages[0].side}", 8, ha="left")
    block(sheet, middle - TALLEST / 2, y - 0.03, 0.05, TALLEST, "C2", flat=True)
    y -= 0.34
    for stage in stages:
        colour, top = COLOURS[stage.kind], y
        width = _side(stage, stages[0])
        height, step = (0.09, 0.2) if stage.kind == "pooling" else (0.15, 0.2)
        group += stage.kind == "convolution"
        name = f"conv{group}"
        if stage.kind == "linear":
            width, step = 1.3 * (stage.channels / vectors[0].channels) ** 0.5, 0.29
            name = f"fc{group + 1 + vectors.index(stage)}"
        for i in range(stage.layers):
            block(sheet, middle - width / 2, y, height, width, colour, flat=True)
            if stage.first_cut:
                lab = stage is vectors[-2]
                _cut(sheet, (marks, y), (middle - width / 2, y), stage.first_cut + i, lab)
            y -= step
        if stage.kind == "convolution":
            label(sheet, names, (top + y + step) / 2, f"{name}\n{stage.shape}", 8, ha="left")
        elif stage.kind == "linear":
            label(sheet, names, top, f"{name}  {stage.shape}", 8, ha="left")
            if stage is vectors[-2]:
                label(sheet, 0.1, top - 0.27, f"relu{name[2:]}: the\nlab’s cut", 8, ha="left", weight="bold")
        else:
            y -= 0.05
            if stages[stages.index(stage) + 1] is vectors[0]:
                label(sheet, names, top, f"pool{group}  {stage.shape}", 8, ha="left")
                label(sheet, names, top - 0.175, f"= {stage.channels * stage.side**2:,} values", 8, ha="left")
                arrow(sheet, [(middle, top - 0.06), (middle, top - 0.36)])
                y -= 0.2
    _budget(sheet, rows, group + 1, 0.1, 3.6, 0.38)
    return fig


def _name(sheet: Axes, x: float, y: float, name: str, shape: str) -> None:
    """The name of a layer, and below it the shape of its output, in line with those beside it."""
    from experiments.lab.plots.diagram import label

    label(sheet, x, y + 0.16, name, 8, va="baseline")
    label(sheet, x, y, shape, 8, va="baseline")


def _side(stage: Stage, largest: Stage) -> float:
    """Inches for the side of the maps."""
    return TALLEST * (stage.side / largest.side) ** 0.5


def _cut(sheet: Axes, place: tuple[float, float], layer: tuple[float, float], number: int, lab: bool = False) -> None:
    """A numbered circle, and a line from it to its layer; filled where the lab cuts."""
    from matplotlib import rcParams
    from matplotlib.patches import Circle

    from experiments.lab.plots.diagram import label, quiet

    ink, page = rcParams["text.color"], rcParams["figure.facecolor"]
    line = ink if lab else quiet()
    sheet.plot(*zip(layer, place, strict=True), color=line, linewidth=1.4 if lab else 0.7, zorder=5)
    sheet.add_patch(Circle(place, 0.085, facecolor=ink if lab else page, edgecolor=line, linewidth=1, zorder=5))
    label(sheet, place[0], place[1] - 0.005, str(number), 8, color=page if lab else ink)


def _budget(sheet: Axes, rows: pd.DataFrame, first: int, left: float, right: float, y: float) -> None:
    """A bar of all parameters, to scale: the convolutions together, then each fully connected layer."""
    from matplotlib.patches import Rectangle

    from experiments.lab.plots.diagram import label, tint

    kinds = rows.groupby("kind")["parameters"].sum()
    total = int(rows["parameters"].sum())
    parts = [("conv", int(kinds["convolution"]), "convolution")]
    for i, count in enumerate(rows.loc[rows["kind"] == "linear", "parameters"], first):
        parts.append((f"fc{i}", int(count), "linear"))
    label(sheet, left, y + 0.24, f"{total / 1e6:.1f} million parameters", 8, ha="left", weight="bold")
    x, small = left, []
    for name, count, kind in parts:
        width, colour, text = (right - left) * count / total, COLOURS[kind], f"{name} {count / total:.0%}"
        sheet.add_patch(
            Rectangle((x, y - 0.11), width, 0.22, facecolor=tint(colour, 0.62), edgecolor=colour, linewidth=0.6)
        )
        if width > 0.65:
            label(sheet, x + width / 2, y - 0.005, text, 8)
        elif x == left:
            label(sheet, left, y - 0.24, text, 8, ha="left")
        else:
            small.append(text)
        x += width
    label(sheet, right, y + 0.24, ", ".join(small), 8, ha="right")


if __name__ == "__main__":
    tpdl.main(__file__)
