"""The shortcut for gradients of single scores, against torch's own gradients."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torchvision.models import squeezenet1_1

from experiments.lab.nets.class_gradient import for_class_gradients


def both(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    model.eval().requires_grad_(False)
    return copy.deepcopy(model), for_class_gradients(copy.deepcopy(model))


def gradient(model: nn.Module, images: torch.Tensor, weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    moved = images.clone().requires_grad_()
    scores = model(moved)
    return scores.detach(), torch.autograd.grad((scores * weight).sum(), moved)[0]


@pytest.mark.parametrize("asked", ["one class a row", "every class", "none"])
def test_gradients_are_those_of_the_network_itself(asked: str) -> None:
    torch.manual_seed(0)
    whole, short = both(squeezenet1_1(weights=None, num_classes=20))
    images, weight = torch.randn(3, 3, 64, 64), torch.zeros(3, 20)
    if asked == "one class a row":
        weight[range(3), [4, 19, 4]] = 1
    elif asked == "every class":
        weight = torch.randn(3, 20)
    (scores, wanted), (found_scores, found) = gradient(whole, images, weight), gradient(short, images, weight)
    assert torch.equal(found_scores, scores)
    assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()
    assert asked == "none" or wanted.abs().max() > 0


def test_the_last_convolution_alone_is_replaced() -> None:
    whole, short = both(squeezenet1_1(weights=None))
    kinds = [(type(a), type(b)) for a, b in zip(whole.classifier, short.classifier, strict=True)]
    assert [a is b for a, b in kinds] == [True, False, True, True]
    assert len([*short.features.modules()]) == len([*whole.features.modules()])


@pytest.mark.parametrize(
    "model",
    [
        nn.Sequential(nn.Conv2d(3, 4, 1), nn.Flatten(), nn.Linear(4, 2)),  # not the last layer
        nn.Sequential(nn.Conv2d(3, 4, 3)),  # not 1×1
        nn.Sequential(nn.Conv2d(4, 4, 1, groups=2)),
        nn.Sequential(nn.Linear(3, 2)),
    ],
)
def test_other_networks_stay_as_they_are(model: nn.Module) -> None:
    before = [type(layer) for layer in model.modules()]
    assert [type(layer) for layer in for_class_gradients(model).modules()] == before
