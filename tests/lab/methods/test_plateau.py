"""Training to a plateau: when it ends, what is kept, and that a kill changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.methods.fine_tuning import scores_of
from experiments.lab.methods.plateau import Plateau, train_to_plateau


def problem() -> tuple[torch.Tensor, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    features = rng.normal(size=(3, 6))[labels] + 0.7 * rng.normal(size=(90, 6))
    return torch.from_numpy(features).float(), labels


def train(plateau: Plateau, **more):  # type: ignore[no-untyped-def]
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 3))
    x, labels = problem()
    groups = [{"params": list(network.parameters()), "lr": 3e-2}]
    fit, held_out = np.arange(60), np.arange(60, 90)
    augmented = lambda i: x[i] + 0.1 * torch.randn(len(i), 6)  # noqa: E731
    return train_to_plateau(network, groups, augmented, lambda i: x[i], labels, fit, held_out, plateau, **more)


def test_a_plateau_is_so_many_updates_without_a_lower_loss_then_the_rate_falls() -> None:
    trained, curve, ended = train(Plateau(patience=24, most=3000, decay=10))  # three updates an epoch
    constant = [row["validation_loss"] for row in curve if not row["decaying"]]
    decaying = [row["validation_loss"] for row in curve if row["decaying"]]
    assert ended and len(constant) == int(np.argmin(constant)) + 1 + 8
    assert len(decaying) == 4, "ten updates are rounded up to whole epochs"
    assert [row["update"] for row in curve] == [3 * (i + 1) for i in range(len(curve))]
    x, labels = problem()
    scores = scores_of(trained, lambda i: x[i], np.arange(60, 90))
    assert float(nn.functional.cross_entropy(scores, torch.from_numpy(labels[60:]))) == pytest.approx(min(decaying))
    assert decaying[0] < constant[-1], "it starts from the best weights, and not from the last"


def test_the_rate_is_constant_until_the_plateau_whatever_number_of_images() -> None:
    few, many = (Plateau(patience=100, most=1000, decay=50).courses(images)[0] for images in (120, 1200))
    assert (few.patience, many.patience) == (15, 2), "patience is counted in updates"
    rates = [few.rate(step, 7) for step in range(7 * few.epochs)]
    assert rates[:7] == pytest.approx([(i + 1) / 7 for i in range(7)]) and set(rates[6:]) == {1.0}


def test_it_says_so_if_the_plateau_was_not_reached() -> None:
    _, curve, ended = train(Plateau(patience=300, most=9, decay=3))
    assert not ended and [row["decaying"] for row in curve] == [0, 0, 0, 1]


@pytest.mark.parametrize("after", [2, 5])
def test_a_killed_training_goes_on_as_if_nothing_had_happened(after: int) -> None:
    plateau = Plateau(patience=300, most=9, decay=9)
    whole, expected, _ = train(plateau)
    states: dict = {}
    saved = []

    def save(part: str, state) -> None:  # type: ignore[no-untyped-def]
        saved.append(part)
        states[part] = {"state": state["state"].copy(), "curve": [dict(row) for row in state["curve"]]}
        if len(saved) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(plateau, save=save)
    resumed, curve, _ = train(plateau, load=states.get)
    keys = ("epoch", "update", "decaying", "train_loss", "validation_loss")
    assert [[row[key] for key in keys] for row in curve] == [[row[key] for key in keys] for row in expected]
    for mine, theirs in zip(resumed.parameters(), whole.parameters(), strict=True):
        assert torch.equal(mine, theirs)
