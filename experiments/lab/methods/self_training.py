"""Self-training with pseudo-labels (Lee 2013): training on the network's own confident predictions, in rounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from experiments.lab.methods.domain_adversarial import outputs
from experiments.lab.nets.dann import DomainAdversarialNetwork, as_input


@dataclass
class Round:
    """The pseudo-labels of one round, before the network is trained on them."""

    labels: np.ndarray
    """The most probable digit, [images]."""
    kept: np.ndarray
    """Whether its probability reaches the threshold, bool [images]."""


def self_train(
    model: DomainAdversarialNetwork,
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    *,
    threshold: float,
    rounds: int,
    steps: int,
    rate: float = 0.01,
    batch: int = 128,
    seed: int = 0,
) -> Iterator[Round]:
    """Label the target with the network, keep the confident labels, train on them, and repeat.

    The pseudo-labels are yielded before every round and once after the last, so `rounds + 1` times. An update uses half
    a batch of labelled source images and half a batch of target images with pseudo-labels. In a round that keeps none,
    the network stays as it is.

        for found in self_train(model, source, labels, target, threshold=0.95, rounds=3, steps=500):
            print(found.kept.mean())

    Args:
        model: where to start from; changed in place.
        source, labels: uint8 [images, 28, 28, 3] and [images].
        target: uint8 [images, 28, 28, 3]; its true labels are not used.
        threshold: probability from which a label is kept; 0 keeps all.
        rounds, steps: number of rounds, and of updates in each.
        rate: learning rate of SGD, with momentum 0.9.
        batch: images in a batch.
        seed: of the batches.
    """
    device = next(model.parameters()).device
    x, y, z = torch.from_numpy(source), torch.from_numpy(labels).long(), torch.from_numpy(target)
    descent = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    for number in range(rounds + 1):
        probabilities = outputs(model.eval(), target)["probabilities"]
        found = Round(probabilities.argmax(1), probabilities.max(1) >= threshold)
        yield found
        if number == rounds or not found.kept.any():
            continue
        rng = np.random.default_rng([seed, number])
        given = torch.from_numpy(found.labels).long()
        sure = np.flatnonzero(found.kept)
        model.train()
        for _ in range(steps):
            known, new = rng.integers(len(x), size=batch // 2), rng.choice(sure, batch // 2)
            images = as_input(torch.cat([x[known], z[new]]).to(device))
            descent.zero_grad()
            nn.functional.cross_entropy(model(images), torch.cat([y[known], given[new]]).to(device)).backward()
            descent.step()
    model.eval()
