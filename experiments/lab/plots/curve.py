"""A curve whose intervals are known, and marks for what lies beyond the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def curve(
    axis: Axes,
    rows: pd.DataFrame,
    x: str,
    y: str,
    low: str = "",
    high: str = "",
    colour: str = "C0",
    label: str = "",
    style: str = "o-",
    filled: bool = False,
) -> None:
    """Draw a table's values as a line, each with its interval: a thin bar, or altogether a band.

    Where several runs were measured and the table has a row for each, see `band`.

    Args:
        axis: to draw on.
        rows: a line of the table for each point, in order.
        x, y: its columns.
        low, high: the columns with the ends of the interval; "" where there is none.
        colour: of line and interval.
        label: in the legend; without one it has no entry.
        style: marker and line, as in `Axes.plot`; a marker in small letters, "o", is filled, "O" or "S" is hollow.
        filled: the intervals as a band.
    """
    hollow = style[:1].isupper()
    if low and filled:
        axis.fill_between(rows[x], rows[low], rows[high], color=colour, alpha=0.2, linewidth=0)
    elif low:
        axis.vlines(rows[x], rows[low], rows[high], color=colour, linewidth=1.3)
    axis.plot(
        rows[x],
        rows[y],
        style.lower(),
        color=colour,
        label=label or None,
        markerfacecolor=axis.get_facecolor() if hollow else colour,
        markeredgewidth=1.3 if hollow else 0,
    )


def mark_below(axis: Axes, x: float, words: str, colour: str = "", right: bool = True) -> None:
    """A triangle on the lower edge that points to a value below the axis, and what it is.

    Args:
        axis: whose lower limit is above the value.
        x: where it would stand.
        words: such as "30 %".
        colour: of both, by default the text's.
        right: of the triangle, or left of it.
    """
    import matplotlib

    colour = colour or matplotlib.rcParams["text.color"]
    axis.plot(x, 0.02, "v", color=colour, markersize=5, transform=axis.get_xaxis_transform(), clip_on=False)
    axis.annotate(
        words,
        (x, 0.02),
        (6 if right else -6, -1),
        xycoords=axis.get_xaxis_transform(),
        textcoords="offset points",
        ha="left" if right else "right",
        va="bottom",
        fontsize=8,
        color=colour,
    )
