"""Training of networks: against closed forms, against itself when killed in between; the crops it learns from."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.methods.crops import VIEWS, random_crop, random_view, view
from experiments.lab.methods.fine_tuning import Course, fine_tune, scores_of


def problem() -> tuple[torch.Tensor, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    features = rng.normal(size=(3, 6))[labels] + 0.7 * rng.normal(size=(90, 6))
    return torch.from_numpy(features).float().view(90, 6, 1, 1), labels


def model() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 3))


def train(course: Course, network: nn.Sequential | None = None, **more):  # type: ignore[no-untyped-def]
    x, labels = problem()
    network = network or model()
    fit, held_out = np.arange(60), np.arange(60, 90)
    groups = more.pop("groups", lambda net: [{"params": list(net.parameters()), "lr": 1e-2}])(network)
    return fine_tune(
        network,
        groups,
        lambda i: x[i] + 0.1 * torch.randn(len(i), 6, 1, 1),
        lambda i: x[i],
        labels,
        fit,
        held_out,
        course,
        **more,
    )


def test_the_rate_rises_linearly_and_falls_along_half_a_cosine() -> None:
    course = Course(epochs=5, patience=1, warm_up=1.0)
    rates = [course.rate(step, 10) for step in range(50)]
    assert rates[:10] == pytest.approx([(i + 1) / 10 for i in range(10)])
    assert rates[10] == 1
    assert rates[30] == pytest.approx((1 + math.cos(math.pi / 2)) / 2)
    assert np.diff(rates[10:]).max() < 0 and rates[-1] < 0.01


def test_it_learns_and_keeps_the_best_epoch() -> None:
    trained, curve = train(Course(30, 30))
    x, labels = problem()
    losses = [row["validation_loss"] for row in curve]
    scores = scores_of(trained, lambda i: x[i], np.arange(60, 90))
    assert float(nn.functional.cross_entropy(scores, torch.from_numpy(labels[60:]))) == pytest.approx(min(losses))
    assert min(losses) < losses[0] / 2
    assert not trained.training


def test_it_stops_when_the_held_out_loss_no_longer_falls() -> None:
    _, curve = train(Course(200, 5))
    losses = [row["validation_loss"] for row in curve]
    best = int(np.argmin(losses))
    assert len(curve) < 200 and len(curve) == best + 1 + 5


def test_an_epoch_is_that_of_a_plain_loop() -> None:
    x, labels = problem()
    course, network, plain = Course(2, 2), model(), model()
    trained, curve = train(course, network, seed=5)
    optimizer = torch.optim.AdamW(plain.parameters(), weight_decay=course.decay)
    losses = []
    torch.manual_seed(5)
    for epoch in range(2):
        order = torch.randperm(60)
        for step, i in enumerate(order[:48].split(16), 3 * epoch):  # the last twelve are less than a batch
            optimizer.param_groups[0]["lr"] = 1e-2 * course.rate(step, 3)
            loss = nn.functional.cross_entropy(
                plain(x[i] + 0.1 * torch.randn(16, 6, 1, 1)), torch.from_numpy(labels)[i]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert [row["train_loss"] for row in curve] == pytest.approx([np.mean(losses[:3]), np.mean(losses[3:])], rel=1e-5)
    assert curve[1]["validation_loss"] < curve[0]["validation_loss"], "the last epoch was kept"
    for mine, theirs in zip(trained.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_cuda_graph_gives_the_same_losses() -> None:
    def on_gpu(graphed: bool) -> list[float]:
        x, labels = problem()
        x, network = x.cuda(), model()
        _, curve = fine_tune(
            network,
            [{"params": list(network.parameters()), "lr": 1e-2}],
            lambda i: x[i] + 0.1 * torch.randn(len(i), 6, 1, 1, device="cuda"),
            lambda i: x[i],
            labels,
            np.arange(60),
            np.arange(60, 90),
            Course(5, 5),
            graphed=graphed,
        )
        return [row["train_loss"] for row in curve]

    assert on_gpu(graphed=True) == pytest.approx(on_gpu(graphed=False), rel=1e-4)


def test_frozen_weights_do_not_move_and_get_no_gradient() -> None:
    network = model()
    before = [value.clone() for value in network[1].parameters()]
    last = nn.Sequential(*network)
    train(Course(3, 3), last, groups=lambda net: [{"params": list(net[4].parameters()), "lr": 1e-2}])
    assert all(torch.equal(a, b) for a, b in zip(before, network[1].parameters(), strict=True))
    assert all(value.grad is None and not value.requires_grad for value in network[1].parameters())


def test_a_killed_training_goes_on_as_if_nothing_had_happened() -> None:
    whole, expected = train(Course(6, 6), seed=3)
    states: list = []

    def save(state) -> None:  # type: ignore[no-untyped-def]
        states.append({"state": state["state"].copy(), "curve": [dict(row) for row in state["curve"]]})
        if len(states) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(Course(6, 6), seed=3, save=save)
    resumed, curve = train(Course(6, 6), seed=3, load=lambda: states[-1])
    keys = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    assert [[row[key] for key in keys] for row in curve] == [[row[key] for key in keys] for row in expected]
    for mine, theirs in zip(resumed.parameters(), whole.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_the_random_state_outside_is_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    network = model()
    torch.manual_seed(7)
    train(Course(1, 1), network)
    assert torch.equal(torch.rand(3), expected)


def test_ten_views_are_the_centre_the_corners_and_their_reflections() -> None:
    images = torch.arange(2 * 6 * 8).view(2, 6, 8)
    assert torch.equal(view(images, 0, 4), images[:, 1:5, 2:6])
    assert torch.equal(view(images, 4, 4), images[:, 2:, 4:])
    assert torch.equal(view(images, 6, 4), images[:, :4, :4].flip(2))
    assert len({tuple(view(images, which, 4)[0].flatten().tolist()) for which in range(VIEWS)}) == VIEWS


def test_random_crops_are_parts_of_their_own_image() -> None:
    torch.manual_seed(0)
    images = torch.arange(50 * 6 * 6).view(50, 6, 6)
    possible = [
        {
            tuple(part.flatten().tolist())
            for top in range(3)
            for left in range(3)
            for part in (image[top : top + 4, left : left + 4], image[top : top + 4, left : left + 4].flip(1))
        }
        for image in images
    ]
    found = [tuple(crop.flatten().tolist()) for crop in random_crop(images, 4)]
    assert all(crop in parts for crop, parts in zip(found, possible, strict=True))
    assert len({tuple(np.subtract(crop, crop[0])) for crop in found}) == 2  # as it is, and reflected
    views = [{tuple(view(image[None], i, 4).flatten().tolist()) for i in range(VIEWS)} for image in images]
    assert all(
        tuple(crop.flatten().tolist()) in parts for crop, parts in zip(random_view(images, 4), views, strict=True)
    )
