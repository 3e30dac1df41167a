"""Adversarial examples as in the lab: gradient ascent on another class's score until that class wins."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Fooled:
    """The result of the attack for each row."""

    images: Tensor
    """The perturbed images, of the shape of those given."""
    steps: Tensor
    """Number of steps, int64 [rows]."""
    reached: Tensor
    """Whether the attack succeeded, bool [rows]."""


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
    """Perturb images by x ← x + η g / ‖g‖₂, with g the gradient of the target class's score, until that class wins.

    This is the aim of Szegedy et al. 2014 by the simplest means; values are not kept within the range of pixels. Rows
    are independent: those that have arrived leave the batch at once and waiting ones take their place, so that no pass
    is spent on a finished row.

        fooled = fool(model, images, targets)
        model(fooled.images).argmax(1)  # the targets, where fooled.reached

    Args:
        model: images -> scores [rows, classes], each row independent of the others.
        images: where to start, [rows, 3, side, side].
        classes: target classes, or with `away` the classes to leave, class indices [rows].
        rate: η, the Euclidean length of a step.
        limit: largest number of steps.
        away: untargeted attack: descend the score of the class until it is no longer the highest.
        batch: rows in a pass; it decides memory and time, not the result. (8 maps of SqueezeNet still fit a processor's
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
