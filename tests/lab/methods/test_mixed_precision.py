"""Adversarial training with bfloat16: what is rounded, and what is not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting
from experiments.lab.nets.dcgan import Discriminator, Generator, initialise

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 32, 32), np.uint8)
LABELS = np.arange(40) % 10


def begun(precision: str) -> AdversarialTraining:
    torch.manual_seed(0)
    pair = Generator(4, 4), Discriminator(4)
    for network in pair:
        initialise(network)
    return AdversarialTraining(*pair, IMAGES, LABELS, Setting(batch=8, precision=precision))  # type: ignore[arg-type]


def advanced(precision: str, iterations: int) -> AdversarialTraining:
    training = begun(precision)
    for _ in range(iterations):
        training.step()
    return training


def test_losses_differ_by_the_rounding_of_eight_binary_digits_and_no_more() -> None:
    full, short = (advanced(precision, 3).history() for precision in ("float32", "bfloat16"))
    assert not np.array_equal(full, short)
    np.testing.assert_allclose(short, full, rtol=2**-5)


def test_weights_and_updates_keep_all_their_digits() -> None:
    training = advanced("bfloat16", 2)
    for network in (training.generator, training.discriminator):
        assert {value.dtype for value in network.parameters()} == {torch.float32}
        weight = next(network.parameters()).detach()
        assert not torch.equal(weight, weight.bfloat16().float())
    assert {value.dtype for value in training.state()["steps_g"]["state"][0].values()} == {torch.float32}


def test_the_convolutions_see_bfloat16_and_only_if_asked() -> None:
    for precision, expected in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        training, seen = begun(precision), set()
        for module in training.discriminator.modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(lambda module, x, y: seen.add(y.dtype))  # noqa: B023
        training.step()
        assert seen == {expected}


def test_it_goes_on_from_a_checkpoint_as_if_nothing_had_happened() -> None:
    whole, first = advanced("bfloat16", 4), advanced("bfloat16", 2)
    resumed = begun("bfloat16")
    resumed.restore(first.state())
    for _ in range(2):
        resumed.step()
    np.testing.assert_array_equal(resumed.history(), whole.history())
    for mine, its in zip(resumed.generator.parameters(), whole.generator.parameters(), strict=True):
        assert torch.equal(mine, its)


def test_an_unknown_precision_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no precision is called 'half'; there are float32 and bfloat16"):
        advanced("half", 1)
