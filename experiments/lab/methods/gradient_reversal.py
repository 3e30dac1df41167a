"""The gradient reversal layer (Ganin and Lempitsky 2015, equations 9 and 10).

It is the identity forward, and multiplies the gradient by −λ backward:

    R(x) = x,        dR/dx = −λ I

so in one backward pass the domain classifier after it descends its loss while the features before it ascend the same
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
    def forward(ctx: Any, x: Tensor, weight: float | Tensor) -> Tensor:
        """The input itself."""
        ctx.weight = weight
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """−λ times the gradient. λ is a constant and gets no gradient."""
        return -ctx.weight * gradients[0], None


def reverse_gradient(x: Tensor, weight: float | Tensor) -> Tensor:
    """`x`, with its gradient multiplied by −`weight` in the backward pass.

        domain_loss = criterion(domain_classifier(reverse_gradient(features, 0.5)), domains)

    Args:
        x: any shape.
        weight: λ. 0 detaches the branch; a negative λ passes the gradient on unreversed. As a tensor, of one value or
            of a shape that x can be multiplied by, it may have changed when the backward pass of a CUDA graph is
            carried out again.
    """
    return GradientReversal.apply(x, weight)  # type: ignore[no-any-return]


def schedule(p: float, gamma: float = 10.0) -> float:
    """λ(p) = 2 / (1 + exp(−γp)) − 1 (Ganin et al. 2016, section 5.2.2).

    It rises from 0 to nearly 1, so that the domain classifier's early noise does no harm.

        >>> schedule(0.0), round(schedule(0.1), 3), round(schedule(1.0), 4)
        (0.0, 0.462, 0.9999)

    Args:
        p: training progress, 0 … 1.
        gamma: how fast it rises.
    """
    return 2.0 / (1.0 + math.exp(-gamma * p)) - 1.0


def annealed(p: float, start: float = 0.01, alpha: float = 10.0, beta: float = 0.75) -> float:
    """The learning rate μ(p) = μ₀ / (1 + αp)^β of the same section.

    Args:
        p: training progress, 0 … 1.
        start, alpha, beta: μ₀, α and β.
    """
    return float(start / (1.0 + alpha * p) ** beta)
