"""A small classifier of the stand-in digits, and small trainings, for the tests of the fourth chapter."""

from __future__ import annotations

import functools

import numpy as np
from torch import nn

from experiments.gan.classifier import classifier
from experiments.gan.training import built
from experiments.lab.data.mnist import small_digits
from experiments.lab.data.squares import padded
from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting
from experiments.lab.nets.dcgan import Discriminator, Generator


@functools.cache
def small_classifier() -> dict[str, np.ndarray]:
    """What the step `classifier` finds in one epoch on the stand-ins; the demo profile has to be on."""
    return dict(classifier(epochs=1))


def small_pair(seed: int) -> tuple[nn.Module, nn.Module]:
    """A narrow generator and a narrow discriminator with the initial weights of a seed."""
    return built(lambda: Generator(5, 2), 2 * seed), built(lambda: Discriminator(2), 2 * seed + 1)


def small_digits_of_32() -> tuple[np.ndarray, np.ndarray]:
    """The stand-in digits at 32×32 pixels, and their labels."""
    digits = small_digits()
    return padded(digits.train), digits.train_labels


def small_training(seed: int = 0, **setting: object) -> AdversarialTraining:
    """A narrow DCGAN on the stand-in digits, not yet begun."""
    return AdversarialTraining(
        *small_pair(seed),
        *small_digits_of_32(),
        Setting(**{"batch": 16, **setting}),  # type: ignore[arg-type]
        seed,
    )
