"""Gradient ascent on class scores, against a loop of the lab's rule written out, and a closed form."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.transforms.v2.functional import gaussian_blur

from experiments.lab.methods.class_image import Ascent, rolled
from experiments.lab.nets.frozen import pixel_bounds, pixels

on_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.fixture()
def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    ).requires_grad_(False)


def ascent(model: nn.Module, start: torch.Tensor, targets: list[int], **settings: Any) -> Ascent:
    rate, l2 = (torch.tensor(settings.pop(name)).expand(len(start)) for name in ("rate", "l2"))
    return Ascent(model, start, torch.tensor(targets, device=start.device), rate=rate, l2=l2, **settings)


def last(model: nn.Module, start: torch.Tensor, targets: list[int], **settings: Any) -> torch.Tensor:
    taken = ascent(model, start, targets, **settings)
    for _ in range(settings["steps"]):
        taken.step()
    return taken.images


def test_one_step_without_regularisation_has_the_wanted_length_and_direction() -> None:
    torch.manual_seed(0)
    linear = nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 2)).requires_grad_(False)
    start = torch.zeros(1, 3, 8, 8)
    image = last(linear, start, [1], rate=0.3, l2=0.0, steps=1, jitter=0, sigma=1e-3)
    weights = linear[1].weight[1].view(1, 3, 8, 8)
    torch.testing.assert_close(image, 0.3 * weights / weights.norm(), atol=1e-5, rtol=1e-4)


def test_l2_alone_shrinks_the_image_to_grey() -> None:
    flat = nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 2)).requires_grad_(False)
    flat[1].weight.zero_()
    start = torch.full((1, 3, 8, 8), 0.5)
    image = last(flat, start, [0], rate=start.norm().item(), l2=1.0, steps=1, jitter=0)
    torch.testing.assert_close(image, torch.zeros_like(image), atol=1e-5, rtol=0)


def test_the_trajectory_is_the_labs_loop(model: nn.Module) -> None:
    start, rate, l2 = torch.randn(1, 3, 12, 12, generator=torch.Generator().manual_seed(1)), 2.0, 0.01
    shifts = torch.randint(-2, 3, (25, 2), generator=torch.Generator().manual_seed(5))
    low, high = pixel_bounds()
    image = start.clone()
    for t in range(25):  # as in the lab's notebook
        image = torch.roll(image, shifts[t].tolist(), (2, 3)).requires_grad_()
        loss = model(image)[0, 3] - l2 * (image**2).sum()
        (g,) = torch.autograd.grad(loss, image)
        image = image.detach() + rate * g / g.norm()
        image = torch.roll(image, (-shifts[t]).tolist(), (2, 3))
        image = torch.minimum(torch.maximum(image, low), high)
        if t % 10 == 0:
            image = gaussian_blur(image, [5, 5], [0.5, 0.5])
    found = last(model, start, [3], rate=rate, l2=l2, steps=25, jitter=2, seed=5)
    torch.testing.assert_close(found, image, atol=1e-5, rtol=1e-4)


def test_rows_are_what_they_would_be_alone(model: nn.Module) -> None:
    start = torch.randn(3, 3, 12, 12, generator=torch.Generator().manual_seed(1))
    rates, weights, targets = [0.1, 1.0, 5.0], [0.0, 0.01, 0.1], [0, 2, 4]
    together = last(model, start, targets, rate=rates, l2=weights, steps=12, jitter=3)
    for i in range(3):
        alone = last(model, start[i : i + 1], [targets[i]], rate=rates[i], l2=weights[i], steps=12, jitter=3)
        torch.testing.assert_close(together[i], alone[0], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=on_gpu)])
def test_a_restored_ascent_goes_on_with_its_probabilities(model: nn.Module, device: str) -> None:
    """Also where other steps had been taken, on a GPU by a graph, and where none was taken yet."""
    model.to(device)
    start = torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(2)).to(device)
    settings = {"rate": 1.0, "l2": 0.01, "jitter": 3, "seed": 7, "steps": 20}
    whole = ascent(model, start, [0, 1], **settings)
    for _ in range(20):
        whole.step()
    for stopped in (0, 8):
        first, second = (ascent(model, start, [0, 1], **settings) for _ in range(2))
        for _ in range(stopped):
            first.step()
        for _ in range(5):
            second.step()
        state = first.state()
        first.step()
        second.restore(state)
        assert len(second.probabilities()) == second.taken == stopped
        for _ in range(20 - stopped):
            second.step()
        tolerance = {"atol": 5e-3, "rtol": 1e-2} if device == "cuda" else {"atol": 0, "rtol": 0}
        torch.testing.assert_close(second.images, whole.images, **tolerance)
        np.testing.assert_allclose(second.probabilities(), whole.probabilities(), **tolerance)


def test_probabilities_are_those_before_each_step_and_the_start_stays_as_it_is(model: nn.Module) -> None:
    start = torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(2))
    before = start.clone()
    taken = ascent(model, start, [0, 3], rate=2.0, l2=0.0, steps=3, jitter=0)
    assert taken.probabilities().shape == (0, 2)
    expected = []
    for _ in range(3):
        expected.append(model(taken.images).softmax(1)[[0, 1], [0, 3]].numpy())
        taken.step()
    np.testing.assert_allclose(taken.probabilities(), expected, atol=1e-5)
    assert torch.equal(start, before)


@pytest.mark.parametrize("shift", [(0, 0), (3, -2), (-7, 16)])
def test_a_shift_by_a_tensor_is_that_by_numbers(shift: tuple[int, int]) -> None:
    images = torch.randn(2, 3, 7, 9)
    found = rolled(images.contiguous(memory_format=torch.channels_last), torch.tensor(shift))
    assert torch.equal(found, images.roll(shift, (2, 3)))
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_images_stay_within_the_colours_that_pixels_have(model: nn.Module) -> None:
    random.seed(0)
    image = last(model, torch.zeros(1, 3, 12, 12), [0], rate=100.0, l2=0.0, steps=3, jitter=1)
    low, high = pixel_bounds()
    assert (image >= low - 1e-6).all() and (image <= high + 1e-6).all()
    assert pixels(image).max() <= 1 and pixels(image).min() >= 0
