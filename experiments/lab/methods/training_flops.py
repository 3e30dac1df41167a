"""Floating-point operations of GAN training: a measure of work that other load on the machine cannot disturb."""

from __future__ import annotations

import numpy as np
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting


def training_flops(generator: nn.Module, discriminator: nn.Module, side: int = 32, batch: int = 128) -> float:
    """Floating-point operations per image in one training iteration; a multiplication and an addition count as two.

    Convolutions and matrix products are counted, in forward and backward passes; everything else is small. What a
    network computes once per batch (a conditional discriminator projects its classes) is divided among the images, so
    the batch size matters. The networks are trained for one step by this.

    Args:
        generator, discriminator: as in `AdversarialTraining`.
        side: of the images, in pixels.
        batch: images in a batch.
    """
    images, labels = np.zeros((batch, side, side), np.uint8), np.arange(batch) % 10
    training = AdversarialTraining(generator, discriminator, images, labels, Setting(batch=batch))
    with FlopCounterMode(display=False) as counter:
        training.step()
    return counter.get_total_flops() / batch
