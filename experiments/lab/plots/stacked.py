"""Stacked horizontal bars: what a sum is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def stacked(
    axis: Axes,
    rows: pd.DataFrame,
    bar: str,
    size: str,
    colour: str,
    label: str = "",
    letter: float = 0.0,
    height: float = 0.7,
) -> None:
    """Draw each line of a table as a segment, from left to right in the order of the table.

    Args:
        axis: to draw on; the first bar is on top.
        rows: the table.
        bar: the column that names the bar.
        size, colour, label: columns of the segment's length, colour and words; without a label nothing is written.
        letter: length that a letter takes; a segment that is too short for its words has none.
        height: of a bar, of the 1 that there is for each.
    """
    import matplotlib

    from experiments.lab.plots.annotated_matrix import ink_on

    names = list(rows[bar].unique())
    paper = matplotlib.rcParams["axes.facecolor"]
    for place, name in enumerate(names):
        left = 0.0
        for segment in rows[rows[bar] == name].to_dict("records"):
            length = segment[size]
            drawn = axis.barh(place, length, height, left=left, color=segment[colour], edgecolor=paper, linewidth=0.6)
            if label and length >= letter * max(map(len, segment[label].split("\n"))):
                ink = ink_on(drawn[0].get_facecolor())
                middle = left + length / 2
                axis.text(middle, place, segment[label], ha="center", va="center", fontsize=8, color=ink, clip_on=True)
            left += length
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(axis="y", visible=False)
    axis.tick_params(axis="y", length=0)
