"""Pairs: what each item was before, and is after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def slopes(
    axis: Axes,
    before: Sequence[float],
    after: Sequence[float],
    names: tuple[str, str],
    colour: str = "C0",
    label: str = "",
) -> None:
    """A thin line for each pair, and a strong one between the means.

    Args:
        axis: to draw on.
        before, after: of each item, in the same order.
        names: of the two sides.
        colour: of the lines.
        label: of the means in the legend.
    """
    import numpy as np

    pairs = np.stack([np.asarray(before, float), np.asarray(after, float)])
    axis.plot([0, 1], pairs, "o-", color=colour, alpha=0.4, linewidth=0.8, markersize=3)
    axis.plot([0, 1], pairs.mean(1), "o-", color=colour, linewidth=2.6, markersize=7, label=label or None)
    axis.set_xticks([0, 1], names)
    axis.set_xlim(-0.15, 1.15)
    axis.grid(axis="x", visible=False)
