"""Dots: every single measurement, their mean, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes

Interval = Callable[["np.ndarray"], tuple[float, float]]


@cache
def _ends(interval: Interval, values: tuple[float, ...]) -> tuple[float, float]:
    """The interval of the mean, once for the wide and the narrow drawing: a bootstrap takes a while."""
    import numpy as np

    return interval(np.array(values))


def dots(
    axis: Axes,
    values: Mapping[str, Sequence[float]],
    colours: Mapping[str, str] | str = "C0",
    interval: Interval | None = None,
    size: float = 4.5,
) -> None:
    """A row for each name: a dot for each value, a ring at their mean, and a bar for the interval of the mean.

    Args:
        axis: to draw on; the first name is on top.
        values: label of the row -> what was measured: one for each seed, image or subset.
        colours: of a row, or of all.
        interval: the two ends for the values of a row, see `lab.methods.intervals`; None draws no bar.
        size: of the dots in points. Those that would lie on each other are moved aside.
    """
    import numpy as np
    import pandas as pd
    import seaborn

    by = {name: colours if isinstance(colours, str) else colours[name] for name in values}
    rows = pd.DataFrame([(name, value) for name, each in values.items() for value in each], columns=["name", "value"])
    seaborn.swarmplot(
        rows,
        x="value",
        y="name",
        hue="name",
        order=list(values),
        palette=by,
        size=size,
        alpha=0.6,
        legend=False,
        warn_thresh=1,
        ax=axis,
    )
    for place, (name, each) in enumerate(values.items()):
        measured = np.asarray(each, float)
        if interval and len(measured) > 1:
            axis.plot(_ends(interval, tuple(measured)), [place, place], color=by[name], linewidth=2.4, zorder=3)
        ring: dict[str, Any] = {"fillstyle": "none", "markersize": 9, "markeredgewidth": 2, "zorder": 4}
        axis.plot(measured.mean(), place, "o", color=by[name], **ring)
    _as_rows(axis, len(values))


def intervals(
    axis: Axes,
    rows: pd.DataFrame,
    name: str,
    value: str,
    low: str = "low",
    high: str = "high",
    colours: Sequence[str] | str = "C0",
    runs: Sequence[Sequence[float]] = (),
    written: str = "",
) -> None:
    """A row for each line of a table: a dot at the value and a bar from `low` to `high`.

    Args:
        axis: to draw on; the first line is on top.
        rows: the table.
        name, value, low, high: its columns.
        colours: of a row, or of all.
        runs: for each row its single runs, small dots below the bar; a row with one run has none.
        written: the value is written on the right of its bar like this, such as ".1%".
    """
    for place, (_, row) in enumerate(rows.iterrows()):
        colour = colours if isinstance(colours, str) else colours[place]
        single = list(runs[place]) if len(runs) > place and len(runs[place]) > 1 else []
        axis.plot([row[low], row[high]], [place, place], color=colour, linewidth=2.4)
        axis.plot(row[value], place, "o", color=colour, markersize=7)
        axis.plot(single, [place + 0.22] * len(single), "o", color=colour, alpha=0.6, markersize=4, markeredgewidth=0)
        if written:
            end = (max([row[high], *single]), place)
            axis.annotate(format(row[value], written), end, (6, 0), textcoords="offset points", va="center", fontsize=9)
    axis.set_yticks(range(len(rows)), rows[name])
    _as_rows(axis, len(rows))


def _as_rows(axis: Axes, count: int) -> None:
    axis.set_ylim(count - 0.5, -0.5)
    axis.grid(axis="y", visible=False)
    axis.tick_params(axis="y", length=0)
    axis.set(xlabel="", ylabel="")
