"""The gradient reversal layer (Ganin and Lempitsky 2015, equations 9 and 10).

Forward it passes its input on; backward it multiplies the gradient by −λ:

    R(x) = x,        dR/dx = −λ I

so one backward pass lets the domain classifier above it descend its loss and the features below it ascend the same
loss.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor


class GradientReversal(torch.autograd.Function):
    """The layer as an autograd function; call `reverse_gradient`."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: float) -> Tensor:
        """The input itself."""
        ctx.weight = weight
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """−λ times the gradient; λ is no parameter and has none."""
        return -ctx.weight * gradients[0], None


def reverse_gradient(x: Tensor, weight: float) -> Tensor:
    """`x`, whose gradient is multiplied by −`weight` on the way back.

    Args:
        x: any shape.
        weight: λ. 0 cuts the branch off, a negative λ passes the gradient on unreversed.
    """
    return GradientReversal.apply(x, weight)  # type: ignore[no-any-return]


def schedule(p: float, gamma: float = 10.0) -> float:
    """λ(p) = 2 / (1 + exp(−γp)) − 1 (Ganin et al. 2016, section 5.2.2): from 0 to nearly 1, so that early noise does no
    harm.

    Args:
        p: share of the training that is done, 0 … 1.
    """
    return 2.0 / (1.0 + math.exp(-gamma * p)) - 1.0


def annealed(p: float, start: float = 0.01, alpha: float = 10.0, beta: float = 0.75) -> float:
    """The learning rate μ(p) = μ₀ / (1 + αp)^β of the same section."""
    return float(start / (1.0 + alpha * p) ** beta)
