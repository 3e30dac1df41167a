"""The name of a line beside it, so that nobody has to look it up in a legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def line_label(
    axis: Axes, at: tuple[float, float], words: str, colour: str, offset: tuple[float, float] = (0, 6), align: str = ""
) -> None:
    """Write the name of a line next to one of its points, in its colour; lines below it are faint.

    Args:
        axis: that the line is on.
        at: the point, in the units of the data.
        words: the name.
        colour: of the line.
        offset: of the words from the point, in points of print.
        align: which end of the words is there: "left", "center" or "right"; by default the one nearer to the point.
    """
    import matplotlib

    side = align or ("center" if offset[0] == 0 else "left" if offset[0] > 0 else "right")
    axis.annotate(
        words,
        at,
        offset,
        textcoords="offset points",
        ha=side,
        va="center" if offset[1] == 0 else "bottom" if offset[1] > 0 else "top",
        color=colour,
        fontsize=9,
        bbox={"facecolor": matplotlib.rcParams["axes.facecolor"], "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
    )
