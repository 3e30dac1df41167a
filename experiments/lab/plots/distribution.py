"""Distributions: what share of the values is below each one, or where they lie densely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def shares_below(
    axis: Axes, values: Mapping[str, Sequence[float]], colours: Mapping[str, str], above: bool = False
) -> None:
    """A step curve for each name: the empirical distribution function, without bins or bandwidths to choose.

    Args:
        axis: to draw on.
        values: label in the legend -> the values.
        colours: label -> colour.
        above: the share that is above each value, and not below.
    """
    import seaborn

    for name, each in values.items():
        seaborn.ecdfplot(x=each, ax=axis, color=colours[name], label=name, complementary=above, linewidth=1.8)
    axis.set(xlabel="", ylabel=f"share {'above' if above else 'below'}", ylim=(0, 1.02))
    axis.yaxis.set_major_formatter("{x:.0%}")


def densities(axis: Axes, values: Mapping[str, Sequence[float]], colours: Mapping[str, str]) -> None:
    """A smooth curve for each name, of area 1: where the values lie densely. The bandwidth is Scott's rule.

    Args:
        axis: to draw on.
        values: label in the legend -> the values.
        colours: label -> colour.
    """
    import seaborn

    for name, each in values.items():
        seaborn.kdeplot(x=each, ax=axis, color=colours[name], label=name, fill=True, alpha=0.2, linewidth=1.8, cut=0)
    axis.set(xlabel="", ylabel="density")
