"""The arithmetic of a training step, counted operation by operation: a measure of work that no other load on the
machine disturbs.
"""

from __future__ import annotations

import numpy as np
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting


def training_flops(generator: nn.Module, discriminator: nn.Module, side: int = 32, batch: int = 128) -> float:
    """Floating point operations for each image of a batch, in one iteration: a multiplication and an addition count
    two.

    Convolutions and matrix products are counted, of forward and backward passes; the rest is small. What a network does
    once a batch (a conditional discriminator projects its classes) is shared out, so the size of the batch counts. The
    networks are trained by this for one step.
    """
    images, labels = np.zeros((batch, side, side), np.uint8), np.arange(batch) % 10
    training = AdversarialTraining(generator, discriminator, images, labels, Setting(batch=batch))
    with FlopCounterMode(display=False) as counter:
        training.step()
    return counter.get_total_flops() / batch
