"""Adversarial examples by the lab's rule: gradient ascent on another class's score, in steps of a fixed length, until
it wins.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Fooled:
    """What became of each row."""

    images: Tensor
    """Where it ended, like the start."""
    steps: Tensor
    """How many it took, int64 [rows]."""
    reached: Tensor
    """Whether the network then said what was wanted, bool [rows]."""


def fool(
    model: nn.Module,
    images: Tensor,
    classes: Tensor,
    *,
    rate: float = 1.0,
    limit: int = 100,
    away: bool = False,
    batch: int = 8,
) -> Fooled:
    """x ← x + η g / ‖g‖₂, where g is the gradient of the score of the row's class, until that class has the highest
    score.

    Rows are independent. Those that have arrived leave the batch at once and waiting ones take their place, so no pass
    is spent on a finished row. (The rule is Szegedy et al.'s 2014 aim by the simplest means; values are not kept in the
    range of pixels.)

    Args:
        model: images -> scores [rows, classes], each row for itself.
        images: where to start, [rows, 3, side, side].
        classes: to be reached, or with `away` to be left, [rows] class indices.
        rate: η, the Euclidean length of a step.
        limit: steps at most.
        away: go down the score of the class instead, until it is no longer the highest.
        batch: rows in a pass; decides memory and time, not the result. (8 maps of SqueezeNet still fit a processor's
            cache.)
    """
    images, sign = images.clone(), -1 if away else 1
    steps = torch.zeros(len(images), dtype=torch.long, device=images.device)
    reached = torch.zeros(len(images), dtype=torch.bool, device=images.device)
    waiting, active = torch.arange(len(images), device=images.device), steps[:0]
    while len(waiting) or len(active):
        room = batch - len(active)
        active, waiting = torch.cat([active, waiting[:room]]), waiting[room:]
        moved = images[active].requires_grad_()
        scores = model(moved)
        reached[active] = (scores.argmax(1) == classes[active]) ^ away
        going = ~reached[active] & (steps[active] < limit)
        if going.any():
            wanted = scores[going].gather(1, classes[active][going].view(-1, 1)).sum()
            gradient = torch.autograd.grad(wanted, moved)[0][going]
            active = active[going]
            images[active] += sign * rate * gradient / _length(gradient)
            steps[active] += 1
        else:
            active = active[:0]
    return Fooled(images, steps, reached)


def _length(gradient: Tensor) -> Tensor:
    return gradient.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
