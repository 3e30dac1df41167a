"""Generators and discriminators: the lab's shapes and numbers of parameters; conditional networks by a second way."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from experiments.lab.nets.cdcgan import ConditionalDiscriminator, ConditionalGenerator
from experiments.lab.nets.dcgan import Discriminator, Generator, doublings, initialise
from experiments.lab.nets.digit_classifier import FEATURES, DigitClassifier


def parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def channels(model: nn.Module) -> list[int]:
    return [m.out_channels for m in model.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]


# Kernels of 4×4 without bias, and scale and shift of each batch normalisation, added up by hand from the lab's table.
BY_HAND = [
    (Generator, {}, 16 * (100 * 128 + 128 * 64 + 64 * 32 + 32) + 2 * (128 + 64 + 32)),
    (Discriminator, {}, 16 * (32 + 32 * 64 + 64 * 128 + 128) + 2 * (64 + 128)),
    (Generator, {"nz": 10}, 16 * (10 * 128 + 128 * 64 + 64 * 32 + 32) + 2 * (128 + 64 + 32)),
    (Generator, {"side": 64}, 16 * (100 * 256 + 256 * 128 + 128 * 64 + 64 * 32 + 32) + 2 * (256 + 128 + 64 + 32)),
    (
        ConditionalGenerator,
        {},
        16 * (100 * 256 + 10 * 256 + 512 * 256 + 256 * 128 + 128) + 2 * (256 + 256 + 256 + 128),
    ),
    (ConditionalDiscriminator, {}, 16 * (64 + 10 * 64 + 128 * 256 + 256 * 512 + 512) + 2 * (256 + 512)),
    (
        ConditionalDiscriminator,
        {"sees_class": False},
        16 * (128 + 128 * 256 + 256 * 512 + 512) + 2 * (256 + 512),
    ),
]


@pytest.mark.parametrize(("network", "settings", "expected"), BY_HAND)
def test_number_of_parameters(network, settings, expected) -> None:  # type: ignore[no-untyped-def]
    assert parameters(network(**settings)) == expected


def test_channels_are_the_labs() -> None:
    assert channels(Generator()) == [128, 64, 32, 1]
    assert channels(Discriminator()) == [32, 64, 128, 1]
    assert channels(ConditionalGenerator()) == [256, 256, 256, 128, 1]
    assert channels(ConditionalDiscriminator()) == [64, 64, 256, 512, 1]
    assert channels(Discriminator(side=64)) == [32, 64, 128, 256, 1]


@pytest.mark.parametrize("side", [8, 32, 64])
def test_shapes_and_ranges(side: int) -> None:
    images = Generator(5, 2, side)(torch.randn(3, 5))
    assert images.shape == (3, 1, side, side)
    assert images.abs().max() <= 1
    assert Discriminator(2, side)(images).shape == (3,)


def test_a_quarter_of_the_lab_is_a_dcgan_behind_the_projections() -> None:
    """So the conditional and the unconditional network can be compared at equal size."""
    narrow, plain = ConditionalGenerator(width=32), Generator()
    shapes = lambda layers: [tuple(p.shape) for p in layers.parameters()]  # noqa: E731
    assert shapes(narrow.layers) == shapes(plain.layers[3:])
    assert shapes(ConditionalDiscriminator(16).layers) == shapes(Discriminator().layers[2:])


def test_sides_that_are_no_power_of_two_are_refused() -> None:
    for side in (28, 4, 48):
        with pytest.raises(ValueError, match="power of two"):
            doublings(32, side)


def test_the_class_is_spread_over_planes_beside_the_image() -> None:
    torch.manual_seed(0)
    model, x, labels = ConditionalDiscriminator(3).eval(), torch.randn(6, 1, 32, 32), torch.tensor([0, 9, 3, 3, 1, 7])
    planes = torch.zeros(6, 10, 32, 32)
    for i, label in enumerate(labels):
        planes[i, label] = 1  # the lab's input, one image at a time
    expected = model.layers(torch.cat([model.image(x), model.condition(planes)], 1)).flatten()
    torch.testing.assert_close(model(x, labels), expected)
    assert not torch.allclose(model(x, labels), model(x, labels.roll(1)))


def test_without_the_class_the_label_changes_nothing() -> None:
    model, x = ConditionalDiscriminator(3, sees_class=False).eval(), torch.randn(4, 1, 32, 32)
    torch.testing.assert_close(model(x, torch.zeros(4, dtype=int)), model(x, torch.arange(4)), rtol=0, atol=0)  # type: ignore[call-overload]


def test_noise_and_class_are_projected_separately() -> None:
    model, z, labels = ConditionalGenerator(7, 2).eval(), torch.randn(3, 7), torch.tensor([4, 0, 9])
    y = torch.zeros(3, 10).scatter(1, labels[:, None], 1.0)[:, :, None, None]
    both = torch.cat([model.noise(z[:, :, None, None]), model.condition(y)], 1)
    assert both.shape == (3, 8, 4, 4)
    torch.testing.assert_close(model(z, labels), model.layers(both))


def test_initialisation() -> None:
    torch.manual_seed(0)
    model = Generator()
    initialise(model)
    weight, scale, shift = model.layers[0].weight, model.layers[1].weight, model.layers[1].bias
    assert float(weight.mean()) == pytest.approx(0, abs=1e-3) and float(weight.std()) == pytest.approx(0.02, rel=0.02)
    assert float(scale.mean()) == pytest.approx(1, abs=0.01) and float(scale.std()) == pytest.approx(0.02, rel=0.2)
    assert not shift.any()


def test_the_classifier() -> None:
    model = DigitClassifier().eval()
    x = torch.randn(2, 1, 32, 32)
    assert model.features(x).shape == (2, FEATURES)
    torch.testing.assert_close(model(x), model.head(model.features(x)))
    assert parameters(model) == 9 * (16 + 16 * 32 + 32 * 64) + 2 * (16 + 32 + 64) + (1024 + 1) * 64 + 65 * 10
