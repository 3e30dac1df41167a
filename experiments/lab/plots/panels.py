"""The panels of a figure: in a row on a wide page, one under the other on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, NARROW = 7.6, 3.7
"""Inches. A page shows 96 pixels for each where it has them; a phone of 390 pixels, the narrow one as it is drawn."""


def panels(
    count: int = 1,
    *,
    narrow: bool = False,
    height: float = 3.4,
    narrow_height: float = 2.4,
    ratios: Sequence[float] = (),
    same_y: bool = False,
    across: int = 0,
    narrow_across: int = 1,
) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels.

        >>> fig, (left, right) = panels(2)
        >>> fig.get_size_inches().tolist()
        [7.6, 3.4]
        >>> panels(2, narrow=True)[0].get_size_inches().tolist()
        [3.7, 4.8]

    Args:
        count: of the panels.
        narrow: drawn for a phone.
        height: inches of the wide figure.
        narrow_height: inches of each row of the narrow one.
        ratios: widths of the panels in the wide figure, by default equal.
        same_y: they share the vertical axis.
        across: how many lie in a row of the wide figure; 0 for all.
        narrow_across: how many lie in a row of the narrow one.
    """
    from matplotlib.figure import Figure

    across = narrow_across if narrow else across or count
    rows = -(-count // across)
    fig = Figure(figsize=(NARROW, narrow_height * rows) if narrow else (WIDE, height))
    widths = None if narrow else ratios or None
    axes = fig.subplots(rows, across, squeeze=False, sharey=same_y, width_ratios=widths)
    for empty in axes.ravel()[count:]:
        empty.remove()
    return fig, list(axes.ravel()[:count])


def legend_above(fig: Figure, axis: Axes, columns: int = 3, compact: bool = False) -> None:
    """The legend of one panel above all of them, where it covers no data.

    Args:
        fig, axis: the figure, and the panel that has all lines.
        columns: of the legend, if there are as many lines.
        compact: smaller letters and shorter lines, for long names in a narrow figure.
    """
    small = {"fontsize": 8, "handlelength": 1.3, "handletextpad": 0.5, "columnspacing": 0.9} if compact else {}
    handles, labels = axis.get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=min(columns, len(labels)), **small)
