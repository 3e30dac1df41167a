"""Adversarial rules on linear networks, whose boundaries are known exactly, and rows against each alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from experiments.lab.methods.deepfool import deepfool
from experiments.lab.methods.fooling import fool


@pytest.fixture()
def linear() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(48, 6)).requires_grad_(False)


@pytest.fixture()
def images() -> torch.Tensor:
    return torch.randn(7, 3, 4, 4, generator=torch.Generator().manual_seed(3))


def test_every_step_goes_along_the_weights_with_the_wanted_length(linear: nn.Module, images: torch.Tensor) -> None:
    targets = (linear(images).argmax(1) + 1) % 6
    made = fool(linear, images, targets, rate=0.1)
    assert made.reached.all()
    direction = linear[1].weight[targets].view_as(images)
    direction = direction / direction.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
    torch.testing.assert_close(
        made.images - images, 0.1 * made.steps.view(-1, 1, 1, 1) * direction, atol=1e-5, rtol=1e-4
    )
    # One step fewer would not have been enough.
    assert (linear(made.images).argmax(1) == targets).all()
    assert (linear(made.images - 0.1 * direction).argmax(1) != targets).all()


def test_rows_are_what_they_would_be_alone(linear: nn.Module, images: torch.Tensor) -> None:
    targets = torch.tensor([0, 1, 2, 3, 4, 5, 0])
    together = fool(linear, images, targets, rate=0.05, batch=3)
    for i in range(len(images)):
        alone = fool(linear, images[i : i + 1], targets[i : i + 1], rate=0.05)
        torch.testing.assert_close(together.images[i], alone.images[0])
        assert (together.steps[i], together.reached[i]) == (alone.steps[0], alone.reached[0])


def test_a_row_that_is_there_already_takes_no_step(linear: nn.Module, images: torch.Tensor) -> None:
    made = fool(linear, images, linear(images).argmax(1))
    assert made.steps.sum() == 0
    assert made.reached.all()
    torch.testing.assert_close(made.images, images)


def test_the_limit_holds_and_is_no_success(linear: nn.Module, images: torch.Tensor) -> None:
    targets = (linear(images).argmax(1) + 1) % 6
    made = fool(linear, images, targets, rate=1e-6, limit=3)
    assert made.steps.tolist() == [3] * 7
    assert not made.reached.any()


def test_away_from_a_class_lowers_its_score(linear: nn.Module, images: torch.Tensor) -> None:
    classes = linear(images).argmax(1)
    made = fool(linear, images, classes, rate=0.1, away=True)
    assert (linear(made.images).argmax(1) != classes).all()
    assert (linear(made.images) < linear(images)).gather(1, classes.view(-1, 1)).all()


def test_deepfool_finds_the_nearest_boundary_of_a_linear_network(linear: nn.Module, images: torch.Tensor) -> None:
    scores = linear(images)
    classes = scores.argmax(1)
    gap = scores.gather(1, classes.view(-1, 1)) - scores
    normals = linear[1].weight[classes][:, None] - linear[1].weight[None]
    distances = gap / normals.norm(dim=2).clamp_min(1e-12)
    distances[range(7), classes] = float("inf")
    changed, steps = deepfool(linear, images, candidates=6, overshoot=0.0)
    torch.testing.assert_close((changed - images).flatten(1).norm(dim=1), distances.min(1).values, atol=1e-4, rtol=1e-3)
    changed, steps = deepfool(linear, images, candidates=6)
    assert steps.tolist() == [1] * 7
    assert (linear(changed).argmax(1) == distances.argmin(1)).all()
