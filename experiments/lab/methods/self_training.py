"""Self-training with pseudo-labels (Lee 2013): training on the network's own confident predictions, in rounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.methods.cuda_graph import GraphedIteration
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
    graphed: bool = True,
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
        graphed: False to launch every kernel of an update by itself, also on a GPU.
    """
    device = next(model.parameters()).device
    x, y = torch.from_numpy(source).to(device), torch.from_numpy(labels).long().to(device)
    z, given = torch.from_numpy(target).to(device), torch.zeros(len(target), dtype=torch.int64, device=device)
    descent = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)

    def update(known: Tensor, new: Tensor) -> dict[str, Tensor]:
        images = as_input(torch.cat([x[known], z[new]]))
        descent.zero_grad()
        nn.functional.cross_entropy(model(images), torch.cat([y[known], given[new]])).backward()
        descent.step()
        return {}

    iteration = GraphedIteration(update, device, graphed)
    for number in range(rounds + 1):
        probabilities = outputs(model.eval(), target)["probabilities"]
        found = Round(probabilities.argmax(1), probabilities.max(1) >= threshold)
        yield found
        if number == rounds or not found.kept.any():
            continue
        rng = np.random.default_rng([seed, number])
        given.copy_(torch.from_numpy(found.labels))
        sure = np.flatnonzero(found.kept)
        model.train()
        for _ in range(steps):
            known, new = rng.integers(len(x), size=batch // 2), rng.choice(sure, batch // 2)
            iteration(known=torch.from_numpy(known), new=torch.from_numpy(new))
    model.eval()
