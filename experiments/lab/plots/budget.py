"""The budget on an axis of costs: where the lab stopped, so that nobody takes the end of a curve for its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def budget(axis: Axes, at: float, words: str) -> None:
    """A thin vertical line at the budget that the lab's other results were made with, and its name at the top.

    Args:
        axis: of a curve over batches, epochs or seconds.
        at: the budget in its units.
        words: such as "the lab's 3000 batches".
    """
    from matplotlib import rcParams

    axis.axvline(at, color=rcParams["text.color"], linestyle=":", linewidth=1.3, zorder=0)
    axis.annotate(
        words,
        (at, 1),
        (-4, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=8,
        color=rcParams["ytick.color"],
    )
