"""The two schedules of domain-adversarial training: the factor λ of the reversed gradient, and the learning rate."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import tpdl
from tpdl import figure, reading

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 40
"""Points of each curve at which it can be read."""


def factor(p: float) -> float:
    """λ(p) = 2 / (1 + exp(−10 p)) − 1, as `experiments.lab.methods.gradient_reversal.schedule`.

    That module imports torch, which is not there where figures are drawn; a test compares the two.
    """
    return 2 / (1 + exp(-10 * p)) - 1


def rate(p: float) -> float:
    """μ(p) = 0.01 / (1 + 10 p)^0.75, as `experiments.lab.methods.gradient_reversal.annealed`."""
    return float(0.01 / (1 + 10 * p) ** 0.75)


@figure(
    caption="The reversal comes in while the learning rate goes down. Left, the factor λ by which the gradient of the "
    "domain classifier is multiplied on its way to the features; right, the learning rate μ; both over the progress "
    "*p* of training.",
    alt="Two curves over the progress of training. The factor rises steeply from 0, passes 0.9 after three tenths of "
    "training and stays near 1. The learning rate falls from 0.01, steeply at first, to less than a fifth of it.",
)
def lambda_schedule(*, narrow: bool = False) -> Figure:
    """λ(p) and μ(p), which can be read point by point."""
    from experiments.lab.plots.panels import panels

    fig, (left, right) = panels(2, narrow=narrow, height=2.9)
    fine = [i / 200 for i in range(201)]
    left.plot(fine, [factor(p) for p in fine], color="C3")
    right.plot(fine, [rate(p) for p in fine], color="C5")
    for p in (i / STEPS for i in range(STEPS + 1)):
        done = f"{p:.1%} of training done"
        reading(
            left,
            p,
            factor(p),
            f"{done}: λ = {factor(p):.3f}, a domain gradient of 1 reaches the features as −{factor(p):.3f}",
        )
    for p in (i / STEPS for i in range(STEPS + 1)):
        reading(right, p, rate(p), f"{p:.1%} of training done: learning rate {rate(p):.5f}")
    left.set(title="factor λ of the reversed gradient", ylim=(0, 1.05))
    right.set(title="learning rate μ", ylim=(0, 0.0105))
    for axis in (left, right):
        axis.set(xlabel="progress of training p", xlim=(0, 1))
        axis.xaxis.set_major_formatter("{x:.0%}")
    return fig


if __name__ == "__main__":
    tpdl.main(__file__)
