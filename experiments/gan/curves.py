"""Curves over iterations with bands over seeds, and statistics over seeds, shared by this chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MEASURES = ("frechet", "classes_covered", "effective_classes", "confidence", "diversity", "agreement")


def curve_by_seed(
    axis: Axes, rows: pd.DataFrame, name: str, colour: str, label: str, over: str = "iteration", style: str = "o-"
) -> None:
    """Mean over seeds as a line, lowest to highest seed as a band. Over time, seeds are averaged by measurement."""
    by = rows.groupby("iteration")
    x = by[over].mean()
    axis.fill_between(x, by[name].min(), by[name].max(), color=colour, alpha=0.2, linewidth=0)
    axis.plot(x, by[name].mean(), style, color=colour, label=label, markersize=3.5)


def line_by_seed(axis: Axes, rows: pd.DataFrame, name: str, colour: str, label: str, **style: Any) -> None:
    """A line for each seed, where seeds differ too much for a mean; only the first has the label.

    Args:
        axis: to draw on.
        rows: a table with "iteration", "seed" and the column `name`.
        name: of the column.
        colour, label: of the lines.
        style: passed to `Axes.plot`.
    """
    for number, (_, one) in enumerate(rows.groupby("seed")):
        axis.plot(one["iteration"], one[name], color=colour, label=None if number else label, **style)


def floor(axis: Axes, values: pd.Series) -> None:
    """A dashed line at the value of real digits measured against real digits."""
    axis.axhline(values.mean(), color="C2", linestyle="--", linewidth=1.5, label="real against real")


def iterations_axis(axis: Axes, rows: pd.DataFrame) -> None:
    """A square-root axis for iterations, because early ones matter most, with ticks that do not overlap."""
    axis.set_xscale("function", functions=(lambda x: abs(x) ** 0.5, lambda x: x**2))
    last = int(rows["iteration"].max())
    wanted = [0, *(tick for tick in (100, 300, 750, 1500, 3000, 6000) if tick < 0.8 * last), last]
    axis.set_xticks(wanted, [f"{tick:,d}" for tick in wanted])
    axis.set(xlabel="iteration (square-root scale)", xlim=(0, 1.02 * last))


def logarithmic(axes: Axes, name: Literal["x", "y"]) -> None:
    """A logarithmic axis with plain numbers at 1, 3, 10, 30, … and nowhere else."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set(**{f"{name}scale": "log"})
    axis = axes.xaxis if name == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(subs=(1, 3)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def over_seeds(rows: pd.DataFrame) -> dict[str, Any]:
    """Mean, Student's 95 % interval, lowest and highest of each measure, over rows that are one for each seed."""
    from experiments.lab.methods.seed_interval import seed_interval

    found: dict[str, Any] = {"seeds": len(rows)}
    for name in (name for name in MEASURES if name in rows.columns and rows[name].notna().all()):
        mean, low, high = seed_interval(rows[name].to_numpy())
        found |= {name: mean, f"low_{name}": max(low, 0.0), f"high_{name}": high}  # none of them can be negative
        found |= {f"lowest_{name}": float(rows[name].min()), f"highest_{name}": float(rows[name].max())}
    return found


def collapsed(rows: pd.DataFrame, real: pd.DataFrame) -> int:
    """How many rows (one for each seed) show mode collapse.

    That is: fewer than half as many effective classes, or less than half the diversity, of real digits.
    """
    lost = rows["effective_classes"] < real["effective_classes"].mean() / 2
    return int((lost | (rows["diversity"] < real["diversity"].mean() / 2)).sum())
