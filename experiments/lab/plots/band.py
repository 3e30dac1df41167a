"""A curve measured several times: each run, their mean, and the band that they span, or an interval of the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.lab.plots.dots import Interval


def band(
    axis: Axes,
    rows: pd.DataFrame,
    x: str,
    y: str,
    colour: str = "C0",
    label: str = "",
    unit: str = "seed",
    style: str = "o-",
    interval: Interval | None = None,
) -> None:
    """Draw the mean as a line, the lowest to the highest run as a band, and each run as a thin line.

    With three to five runs the band is their range, and no interval: that stands in the text or in a table. Where there
    are many, such as the images of a test, `interval` makes it an interval of the mean, and single ones are not drawn.

    Args:
        axis: to draw on.
        rows: a table with the columns x, y and `unit`.
        x, y: names of its columns.
        colour: of all three.
        label: of the mean in the legend; without one it has no entry.
        unit: the column that tells the runs apart; "" where each point was measured once.
        style: marker and line of the mean, as in `Axes.plot`.
        interval: the two ends for the values at one x, see `lab.methods.intervals`; None for the lowest and highest.
    """
    import seaborn

    marker, line = style.rstrip("-:."), style[len(style.rstrip("-:.")) :]
    if unit and not interval and rows[unit].nunique() > 1:
        thin = {"linewidth": 0.6, "alpha": 0.55, "linestyle": line or "-"}
        seaborn.lineplot(rows, x=x, y=y, units=unit, estimator=None, color=colour, ax=axis, legend=False, **thin)
    seaborn.lineplot(
        rows,
        x=x,
        y=y,
        color=colour,
        errorbar=(lambda values: interval(values.to_numpy())) if interval else ("pi", 100),
        err_kws={"alpha": 0.18, "linewidth": 0},
        label=label or None,
        legend=False,
        marker=marker or None,
        markeredgewidth=0,
        linestyle=line or "-",
        ax=axis,
    )
