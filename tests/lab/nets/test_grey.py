"""Networks for grey images: the summed first layer against the repeated channel, and where layers are split."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from experiments.lab.nets.adapted import OneByOne, adapted, below, head
from experiments.lab.nets.batch_norm import add_batch_norm
from experiments.lab.nets.grey import GreyConvolution, first_convolution, make_grey
from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN
from experiments.lab.nets.registry import build
from tpdl.errors import UserError

SIDE = 20


def repeated(grey: torch.Tensor) -> torch.Tensor:
    return (grey.repeat(1, 3, 1, 1) - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)


@pytest.mark.parametrize(("stride", "padding", "bias"), [(1, 0, True), (2, 0, False), (1, 1, True), (2, 3, True)])
def test_the_summed_layer_delivers_what_the_layer_does_on_the_repeated_channel(
    stride: int, padding: int, bias: bool
) -> None:
    colour = nn.Conv2d(3, 8, 5, stride, padding, bias=bias)
    grey = torch.rand(2, 1, SIDE, SIDE)
    found = GreyConvolution(colour, MEAN, DEVIATION, SIDE)(grey)
    torch.testing.assert_close(found, colour(repeated(grey)), atol=1e-5, rtol=1e-4)


def test_one_constant_is_right_inside_and_wrong_at_a_padded_border() -> None:
    colour, grey = nn.Conv2d(3, 8, 3, padding=1), torch.rand(1, 1, SIDE, SIDE)
    apart = (
        (GreyConvolution(colour, MEAN, DEVIATION, SIDE, border=False)(grey) - colour(repeated(grey))).abs()[0].amax(0)
    )
    assert apart[1:-1, 1:-1].max() < 1e-5
    assert apart[0].min() > 1e-3 and apart[:, -1].min() > 1e-3


@pytest.mark.parametrize("network", ["tiny_squeezenet", "tiny_vgg"])
def test_whole_networks_say_the_same(network: str) -> None:
    side = {"tiny_squeezenet": 64, "tiny_vgg": 48}[network]
    grey = torch.rand(3, 1, side, side)
    with torch.inference_mode():
        expected = build(network, "random")(repeated(grey))
        found = make_grey(build(network, "random"), MEAN, DEVIATION, side)(grey)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)


def test_only_three_channels_can_be_summed() -> None:
    with pytest.raises(UserError, match="three channels"):
        first_convolution(nn.Sequential(nn.Conv2d(1, 2, 3)))
    with pytest.raises(UserError, match="no convolution"):
        first_convolution(nn.Linear(2, 2))


def test_the_learned_convolution_starts_as_the_repeated_channel() -> None:
    grey = torch.rand(2, 1, 8, 8)
    torch.testing.assert_close(OneByOne(MEAN, DEVIATION)(grey), repeated(grey))
    assert sum(value.numel() for value in OneByOne(MEAN, DEVIATION).parameters()) == 6


def test_a_squeezenet_with_a_new_head_is_split_before_its_last_blocks() -> None:
    original = build("squeezenet1_1", "random")
    network = adapted(original, 15).eval()
    assert (below(network), head(network)) == (11, 13)
    assert [type(layer).__name__ for layer in network[below(network) : head(network)]] == ["Fire", "Fire"]
    images = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        maps = original.features(images)
        expected = (network[head(network) + 1](maps)).mean((2, 3))
        torch.testing.assert_close(network(images), expected)
    assert sum(value.numel() for value in network[head(network) :].parameters()) == 15 * 512 + 15


def test_other_networks_are_refused() -> None:
    with pytest.raises(UserError, match="no SqueezeNet"):
        adapted(build("tiny_vgg", "random"), 15)


def test_batch_norm_comes_behind_every_convolution_but_the_scores() -> None:
    network = adapted(build("tiny_squeezenet", "random"), 5)
    convolutions = sum(isinstance(module, nn.Conv2d) for module in network.modules())
    add_batch_norm(network, keep=tuple(network[head(network) :]))
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    assert len(norms) == convolutions - 1
    seen: list[torch.Tensor] = []
    norms[-1].register_forward_hook(lambda module, inputs, output: seen.append(output.clone()))
    network.train()(torch.rand(8, 3, 64, 64))
    torch.testing.assert_close(seen[0].mean((0, 2, 3)), torch.zeros(seen[0].shape[1]), atol=1e-5, rtol=0)
