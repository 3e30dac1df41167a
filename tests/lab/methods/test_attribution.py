"""Saliency maps against closed forms on networks whose gradients are known, and against captum."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import Saliency
from torch import nn

from experiments.lab.methods.attribution import grad_cam, gradient, integrated_gradients, last_maps, smoothgrad

CLASSES = torch.tensor([1, 0, 2])


@pytest.fixture()
def images() -> torch.Tensor:
    return torch.randn(3, 3, 6, 6, generator=torch.Generator().manual_seed(0))


@pytest.fixture()
def linear() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(108, 4)).requires_grad_(False)


@pytest.fixture()
def convolutional() -> nn.Module:
    torch.manual_seed(1)
    model = nn.Sequential()
    model.features = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(True))
    model.rest = nn.Sequential(nn.Conv2d(5, 4, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return model.requires_grad_(False).eval()


def weights(model: nn.Module) -> torch.Tensor:
    return model[1].weight[CLASSES].view(3, 3, 6, 6)


def test_the_gradient_of_a_linear_score_is_its_weights(linear: nn.Module, images: torch.Tensor) -> None:
    torch.testing.assert_close(gradient(linear, images, CLASSES), weights(linear).abs().amax(1))


def test_smoothing_the_gradient_of_a_linear_score_changes_nothing(linear: nn.Module, images: torch.Tensor) -> None:
    torch.testing.assert_close(smoothgrad(linear, images, CLASSES, samples=3), weights(linear).abs().amax(1))


def test_integrated_gradients_of_a_linear_score_are_its_terms(linear: nn.Module, images: torch.Tensor) -> None:
    found = integrated_gradients(linear, images, CLASSES, steps=5)
    torch.testing.assert_close(found, (weights(linear) * images).sum(1).abs(), atol=1e-5, rtol=1e-4)


def test_the_gradient_is_captums(convolutional: nn.Module, images: torch.Tensor) -> None:
    expected = Saliency(convolutional).attribute(images.clone(), target=CLASSES).amax(1)
    torch.testing.assert_close(gradient(convolutional, images, CLASSES), expected)


def test_smoothgrad_repeats_with_its_seed(convolutional: nn.Module, images: torch.Tensor) -> None:
    first, again, other = (smoothgrad(convolutional, images, CLASSES, samples=4, seed=seed) for seed in (0, 0, 1))
    torch.testing.assert_close(first, again, atol=0, rtol=0)
    assert (first != other).any()


def test_grad_cam_of_one_linear_layer_over_the_maps(convolutional: nn.Module, images: torch.Tensor) -> None:
    """Behind the maps the score is linear, with weights spread evenly: Grad-CAM is the weighted sum of the maps."""
    maps = convolutional.features(images)
    mixing = convolutional.rest[0].weight[CLASSES, :, 0, 0] / maps[0, 0].numel()
    expected = (mixing[:, :, None, None] * maps).sum(1).relu()
    found = grad_cam(convolutional, images, CLASSES, last_maps(convolutional))
    assert found.shape == (3, 6, 6)
    enlarged = nn.functional.interpolate(expected[:, None], (6, 6), mode="bilinear")[:, 0]
    torch.testing.assert_close(found, enlarged, atol=1e-6, rtol=1e-4)


def test_a_network_of_unknown_build_is_refused() -> None:
    with pytest.raises(ValueError, match="not known"):
        last_maps(nn.Sequential(nn.Flatten()))


def test_the_input_is_left_as_it_was(convolutional: nn.Module, images: torch.Tensor) -> None:
    before = images.clone()
    gradient(convolutional, images, CLASSES)
    np.testing.assert_array_equal(images, before)
    assert not images.requires_grad
