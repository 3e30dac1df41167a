"""A value beyond the end of an axis, which starts where the story is: marked, not cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def beyond(axis: Axes, words: str, colour: str, where: Literal["left", "below"]) -> None:
    """Name what lies beyond an axis in its lower left corner, behind an arrow that points to it.

    Args:
        axis: whose limits are set already.
        words: what lies there, and its value: "real digits: 2.8".
        colour: of the words.
        where: to which side of the axis it lies.
    """
    import matplotlib

    axis.annotate(
        f"{'◂' if where == 'left' else '▾'} {words}",
        (0, 0),
        (3, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        color=colour,
        fontsize=9,
        bbox={"facecolor": matplotlib.rcParams["axes.facecolor"], "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
    )
