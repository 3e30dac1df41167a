"""Pseudo-labels (Lee 2013) in rounds: a network labels the target, and is trained further on the labels that it is sure
of.
"""

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
    """What a network says of the target before it is trained on it."""

    labels: np.ndarray
    """[images] the most probable digit."""
    kept: np.ndarray
    """[images] whether its probability reaches the threshold."""


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
    """Yield before every round what the network would keep; then train on it, `rounds` times. The last one yielded is
    not trained on.

    A step shows half a batch of source images with their labels and half a batch of target images with the labels kept.
    In a round that keeps nothing, the network stays as it is.

    Args:
        model: where to start from; changed in place.
        source, labels: uint8 [images, 28, 28, 3] and [images].
        target: uint8 [images, 28, 28, 3]; its labels are not asked for.
        threshold: probability from which a label is kept; 0 keeps all.
        rounds, steps: how often labels are given, and how many steps of gradient descent follow each time.
        rate: learning rate, with momentum 0.9.
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
