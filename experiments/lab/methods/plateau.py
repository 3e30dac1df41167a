"""Training until it no longer helps: a constant learning rate up to a plateau, then a decay to zero from its best.

A fixed number of epochs favours large training sets, which have more updates in an epoch, and networks that learn fast.
Here it is the validation loss that decides (He et al. 2016, section 3.4, lowered the rate "when the error plateaus").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from experiments.lab.methods.fine_tuning import Course, Inputs, fine_tune


@dataclass(frozen=True)
class Plateau:
    """When the constant rate ends, in updates; each is rounded up to whole epochs."""

    patience: int
    """Updates without a lower validation loss that make a plateau."""
    most: int
    """Largest number of updates at the constant rate."""
    decay: int
    """Updates along the cosine to zero that follow."""

    def courses(self, images: int, batch: int = 16) -> tuple[Course, Course]:
        """The two parts of a training run on a number of images: at the constant rate, and along the cosine."""
        steps = images // min(batch, images)
        patience, most, decay = (-(-updates // steps) for updates in (self.patience, self.most, self.decay))
        return ConstantRate(most, patience, batch=batch), Course(decay, decay, batch=batch)


@dataclass(frozen=True)
class ConstantRate(Course):
    """A schedule that stays at the full learning rate after its warm-up."""

    def rate(self, step: int, steps: int) -> float:
        """The fraction of the full learning rate at an update."""
        return min(1.0, (step + 1) / (self.warm_up * steps))


def train_to_plateau(
    model: nn.Module,
    groups: list[dict[str, Any]],
    augmented: Inputs,
    plain: Inputs,
    labels: np.ndarray,
    fit: np.ndarray,
    held_out: np.ndarray,
    plateau: Plateau,
    *,
    seed: int = 0,
    load: Callable[[str], Mapping[str, Any] | None] = lambda part: None,
    save: Callable[[str, Mapping[str, Any]], None] = lambda part, state: None,
    watch: Callable[[dict[str, float]], None] = lambda row: None,
) -> tuple[nn.Module, list[dict[str, float]], bool]:
    """Train at a constant rate until the validation loss has stopped falling, then let the rate fall to zero.

        model, curve, ended = train_to_plateau(model, groups, …, Plateau(patience=1000, most=6000, decay=1000))

    The second part starts from the weights with the lowest validation loss of the first, with fresh moments of AdamW
    and a warm-up of an epoch.

    Args:
        model, groups, augmented, plain, labels, fit, held_out, seed, watch: as in `fine_tune`.
        plateau: when the first part ends, and how long the second is.
        load, save: the checkpoint of a part, "constant" or "decay".

    Returns:
        the network with the best weights of the second part; the learning curve of both as in `fine_tune`, with
        "update", the updates so far, and "decaying", 1 in the second part; and whether the plateau was reached before
        the largest number of updates.
    """
    rows: list[dict[str, float]] = []
    ended = True
    for part, course in zip(("constant", "decay"), plateau.courses(len(fit)), strict=True):
        before, steps = len(rows), len(fit) // min(course.batch, len(fit))

        def placed(row: dict[str, float], before: int = before, steps: int = steps, part: str = part) -> dict:
            epoch = before + int(row["epoch"])
            return row | {"epoch": epoch, "update": epoch * steps, "decaying": int(part == "decay")}

        model, curve = fine_tune(
            model,
            groups,
            augmented,
            plain,
            labels,
            fit,
            held_out,
            course,
            seed=seed,
            load=lambda part=part: load(part),  # type: ignore[misc]
            save=lambda state, part=part: save(part, state),  # type: ignore[misc]
            watch=lambda row, placed=placed: watch(placed(row)),  # type: ignore[misc]
        )
        rows += [placed(row) for row in curve]
        if part == "constant":
            lowest = min(range(len(curve)), key=lambda i: curve[i]["validation_loss"])
            ended = len(curve) - 1 - lowest >= course.patience
    return model, rows, ended
