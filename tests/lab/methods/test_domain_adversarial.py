"""The training loop against gradients put together by hand, and its special cases against each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.data import mnist, mnist_m
from experiments.lab.methods.domain_adversarial import outputs, train, weights_of
from experiments.lab.methods.gradient_reversal import annealed
from experiments.lab.methods.recolour import random_colours, recolour
from experiments.lab.methods.self_training import self_train
from experiments.lab.nets.dann import CLASSES, FEATURES, DomainAdversarialNetwork, as_input


@pytest.fixture(scope="module")
def domains() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """160 grey digits, their labels, and 160 digits in photographs."""
    digits = mnist.small_digits()
    target = mnist_m.blend(digits.train[:160], mnist_m.sample_photographs())
    return mnist_m.coloured(digits).train[:160], digits.train_labels[:160], target


def test_the_network_is_the_papers() -> None:
    model = DomainAdversarialNetwork()
    images = as_input(torch.zeros(2, 28, 28, 3, dtype=torch.uint8))
    assert images.is_contiguous(memory_format=torch.channels_last) and (images == -1).all()
    assert model.features(images).shape == (2, FEATURES) == (2, 48 * 4 * 4)
    assert model(images).shape == (2, CLASSES)
    by_hand = (3 * 25 + 1) * 32 + (32 * 25 + 1) * 48 + 769 * 100 + 101 * 100 + 101 * 10 + 769 * 100 + 101
    assert sum(value.numel() for value in model.parameters()) == by_hand


@pytest.mark.parametrize("weight", [0.0, 0.7, -0.7])
def test_gradients_are_those_of_equations_13_to_15(domains: tuple, weight: float) -> None:
    """Features: ∂L_y − λ ∂L_d. Label classifier: ∂L_y. Domain classifier: ∂L_d. Each taken alone, without the layer.

    One step is the learning rate times the gradient, since no momentum has gathered yet.
    """
    batch = [part[:8] for part in domains]
    source, labels, target = (torch.from_numpy(part) for part in batch)
    trained = train(*batch, weight=lambda p: weight, epochs=1, batch=16, seed=1)
    torch.manual_seed(1)
    model = DomainAdversarialNetwork().double()
    images = as_input(torch.cat([source, target])).double()

    def assert_moved(part: str, expected: Any) -> None:
        before, after = (list(getattr(each, part).parameters()) for each in (model, trained.model))
        for old, new, gradient in zip(before, after, expected, strict=True):
            torch.testing.assert_close((old - new.double()) / annealed(0.0), gradient, rtol=1e-3, atol=2e-5)

    features = model.features(images)
    label_loss = nn.CrossEntropyLoss()(model.label(features[:8]), labels)
    domain_loss = nn.BCEWithLogitsLoss()(
        model.domain(features)[:, 0], torch.repeat_interleave(torch.tensor([0.0, 1.0]).double(), 8)
    )
    of_label = torch.autograd.grad(label_loss, [*model.features.parameters()], retain_graph=True)
    of_domain = torch.autograd.grad(domain_loss, [*model.features.parameters()], retain_graph=True)
    assert_moved("features", [up - weight * down for up, down in zip(of_label, of_domain, strict=True)])
    for part, loss in (("label", label_loss), ("domain", domain_loss)):
        assert_moved(part, torch.autograd.grad(loss, [*getattr(model, part).parameters()], retain_graph=True))
    (told,) = trained.history
    (around,) = torch.autograd.grad(label_loss, features, retain_graph=True)
    (before,) = torch.autograd.grad(domain_loss, features)
    assert told["label_gradient"] == pytest.approx(float(around.norm()))
    assert told["domain_gradient"] == pytest.approx(float(before.norm()))
    assert told["reversed_gradient"] == pytest.approx(abs(weight) * float(before.norm()))
    assert told["label_loss"] == pytest.approx(label_loss.item())


def shared(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: value for name, value in state.items() if "domain" not in name}


def test_a_branch_with_lambda_0_changes_nothing_but_itself(domains: tuple) -> None:
    """Detached, the features and the label classifier go the way of training on the source alone."""
    source, labels, target = domains
    alone = train(source, labels, epochs=1, batch=64, seed=2)
    detached = train(source, labels, target, weight=lambda p: 0.0, epochs=1, batch=64, seed=2)
    reversed_ = train(source, labels, target, weight=lambda p: 1.0, epochs=1, batch=64, seed=2)
    before = shared(weights_of(alone.model))

    def moved(other: DomainAdversarialNetwork) -> float:
        return max(abs(value - before[name]).max() for name, value in shared(weights_of(other)).items())

    assert moved(detached.model) < 1e-6
    assert moved(reversed_.model) > 1e-5
    assert (alone.images, detached.images) == (160, 320)
    assert "domain_loss" not in alone.history[0] and detached.history[0]["reversed_gradient"] == 0


def test_a_training_that_was_killed_goes_on_as_it_would_have(domains: tuple) -> None:
    source, labels, target = domains
    states: list[dict[str, Any]] = []
    settings: dict[str, Any] = {"weight": lambda p: p, "recoloured": True, "epochs": 3, "batch": 64}
    whole = train(source, labels, target, save=lambda key, state: states.append(dict(state)), **settings)
    assert len(states) == 3
    resumed = train(source, labels, target, load=lambda key: states[0], **settings)
    assert [row["label_loss"] for row in resumed.history] == [row["label_loss"] for row in whole.history]
    for name, value in weights_of(whole.model).items():
        np.testing.assert_array_equal(weights_of(resumed.model)[name], value)


def test_seeds_are_seeds_and_training_learns(domains: tuple) -> None:
    source, labels, _ = domains
    runs = [train(source, labels, epochs=20, batch=32, seed=seed) for seed in (0, 0)]
    other = train(source, labels, epochs=1, batch=32, seed=1)
    first, again = (weights_of(run.model)["weights/label.4.bias"] for run in runs)
    assert np.array_equal(first, again)
    assert other.history[0]["label_loss"] != runs[0].history[0]["label_loss"]
    seen = outputs(runs[0].model, source)
    assert (seen["probabilities"].argmax(1) == labels).mean() > 0.8
    np.testing.assert_allclose(seen["probabilities"].sum(1), 1, atol=1e-5)


def test_recoloured_digits_lie_between_two_colours() -> None:
    ramp = torch.arange(256).to(torch.uint8).reshape(1, 16, 16, 1).repeat(4, 1, 1, 3)
    found = recolour(ramp, random_colours(4, torch.Generator().manual_seed(0)))
    paper, ink = found[:, 0, 0], found[:, -1, -1]
    share = (ramp / 255)[..., :1]
    torch.testing.assert_close(found, paper[:, None, None] * (1 - share) + ink[:, None, None] * share)
    assert found.min() >= 0 and found.max() <= 255 and len(torch.unique(paper)) == 12
    assert (paper > ink).any() and (paper < ink).any()
    again = recolour(ramp, random_colours(4, torch.Generator().manual_seed(0)))
    assert torch.equal(found, again)


def test_self_training_keeps_what_it_is_sure_of(domains: tuple) -> None:
    source, labels, target = domains
    start = train(source, labels, epochs=1, batch=32).model
    probabilities = outputs(start, target)["probabilities"]
    before = weights_of(start)
    before = {name: value.copy() for name, value in before.items()}
    nothing = list(self_train(start, source, labels, target, threshold=1.1, rounds=2, steps=3))
    assert len(nothing) == 3 and not any(found.kept.any() for found in nothing)
    assert all(np.array_equal(value, before[name]) for name, value in weights_of(start).items())
    middle = float(np.median(probabilities.max(1)))
    some = list(self_train(start, source, labels, target, threshold=middle, rounds=1, steps=3))
    assert np.array_equal(some[0].kept, probabilities.max(1) >= middle) and 0.4 < some[0].kept.mean() < 0.6
    assert np.array_equal(some[0].labels, probabilities.argmax(1))
    assert not np.array_equal(weights_of(start)["weights/label.4.bias"], before["weights/label.4.bias"])
    everything = list(self_train(start, source, labels, target, threshold=0.0, rounds=0, steps=5))
    assert everything[0].kept.all()
