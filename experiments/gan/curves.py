"""Axes and colours of curves over iterations, and statistics over seeds, shared by this chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLOURS = {
    "generated": "C0",
    "discriminator": "C1",
    "real": "C2",
    "conditional-narrow": "C3",
    "conditional": "C4",
    "class-unseen": "C5",
}
"""What a colour stands for in the figures of this chapter: the generator and the DCGAN's digits are blue, the
discriminator is vermillion, and what is real is green."""

STARTED = 0.85
"""A training run has started once its Fréchet distance has been below this part of what it was before training. Set by
hand, so that runs in which only one network is trained, and the images stay noise, have not started."""

MEASURES = ("frechet", "classes_covered", "effective_classes", "confidence", "diversity", "agreement")


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
    axis.axhline(values.mean(), color=COLOURS["real"], linestyle="--", linewidth=1.5, label="real against real")


def iterations_axis(axis: Axes, rows: pd.DataFrame, few: bool = False) -> None:
    """A square-root axis for iterations, because early ones matter most, with ticks that do not overlap.

    Args:
        axis: to draw on.
        rows: a table with "iteration", of which the last decides where the axis ends.
        few: half as many ticks, for a panel that has two others beside it.
    """
    axis.set_xscale("function", functions=(lambda x: abs(x) ** 0.5, lambda x: x**2))
    last = int(rows["iteration"].max())
    ticks = (300, 1500, 6000) if few else (100, 300, 750, 1500, 3000, 6000)
    wanted = [0, *(tick for tick in ticks if tick < 0.8 * last), last]
    axis.set_xticks(wanted, [f"{tick:,d}" for tick in wanted])
    axis.set(xlabel="iteration (square-root scale)", xlim=(0, 1.02 * last))


def logarithmic(axes: Axes, name: Literal["x", "y"], few: bool = False) -> None:
    """A logarithmic axis with plain numbers at 1, 3, 10, 30, … and nowhere else; with `few`, at 1, 10, 100, …"""
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set(**{f"{name}scale": "log"})
    axis = axes.xaxis if name == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(subs=(1,) if few else (1, 3)))
    axis.set_major_formatter(lambda x, _: f"{x:,.6f}".rstrip("0").rstrip("."))
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


def ratio_over_seeds(above: pd.Series, below: pd.Series) -> dict[str, float]:
    """The geometric mean over seeds of one measure in units of another of the same seed, with Student's interval.

    The interval is computed from logarithms, so that halving undoes doubling.

    Args:
        above, below: the positive measures, indexed by seed; a seed that one of them lacks does not count.
    """
    import numpy as np

    from experiments.lab.methods.seed_interval import seed_interval

    found = np.exp(seed_interval(np.log(above / below).dropna().to_numpy()))
    return dict(zip(("mean", "low", "high"), found.tolist(), strict=True))


State = Literal["not_started", "slow", "stuck", "collapsed", "varied"]
"""Where a training run can have got to, see `standing`."""


def standing(run: pd.DataFrame, real: pd.DataFrame) -> State:
    """Where a training run has got to, so that one that is slow is not taken for one that has collapsed.

    "varied": at least half as many effective classes and half the diversity of real digits. "collapsed": it was varied
    at an earlier measurement, and no longer is. Otherwise it has not been varied so far: "not_started" if its Fréchet
    distance has never been below `STARTED` times that before training, "slow" if it has, and the last measurement is
    the best, else "stuck".

    Args:
        run: of one seed, a row for each measurement, the first before training.
        real: what the measures are for real digits, a row for each split.
    """
    rows = run.sort_values("iteration")
    varied, distance = is_varied(rows, real), rows["frechet"].to_numpy()
    if varied.iloc[-1]:
        return "varied"
    if varied.any():
        return "collapsed"
    if distance.min() >= STARTED * distance[0]:
        return "not_started"
    return "slow" if distance[-1] == distance.min() else "stuck"


def is_varied(rows: pd.DataFrame, real: pd.DataFrame) -> pd.Series:
    """For each row, whether it has half as many effective classes and half the diversity of real digits."""
    names = ["effective_classes", "diversity"]
    return (rows[names] >= real[names].mean() / 2).all(axis=1)


def standings(runs: pd.DataFrame, real: pd.DataFrame) -> dict[str, int]:
    """How many seeds are in each `standing`."""
    found = [standing(run, real) for _, run in runs.groupby("seed")]
    return {name: found.count(name) for name in get_args(State)}


def falls_to_the_end(runs: pd.DataFrame) -> bool:
    """Whether in every seed the Fréchet distance at the last measurement is lower than at the one before."""
    by = runs.sort_values("iteration").pivot(index="iteration", columns="seed", values="frechet")
    return bool((by.iloc[-1] < by.iloc[-2]).all())


def apart(low: pd.DataFrame, high: pd.DataFrame) -> bool:
    """Whether every seed of `low` has a smaller Fréchet distance than every seed of `high`.

    For 3 seeds against 3, chance alone does that one way or the other in one case of ten.
    """
    return bool(low["frechet"].max() < high["frechet"].min())
