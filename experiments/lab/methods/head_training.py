"""Training a small network on fixed features: how long is found on held-out training images, then all of them are used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.methods.device import best_device

Optimiser = Callable[[Any], torch.optim.Optimizer]


def last_layer(features: int, classes: int) -> nn.Linear:
    """A new last layer: softmax regression, starting from no preference at all."""
    layer = nn.Linear(features, classes)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def perceptron(features: int, classes: int, hidden: int = 256, dropout: float = 0.5) -> nn.Module:
    """A multi-layer perceptron with one hidden layer."""
    return nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, classes))


def train_head(
    make: Callable[[], nn.Module],
    optimiser: Optimiser,
    features: np.ndarray,
    labels: np.ndarray,
    *,
    seed: int = 0,
    epochs: int = 200,
    patience: int = 10,
    held_out: float = 0.2,
    batch: int = 64,
) -> tuple[nn.Module, int]:
    """Early stopping (Prechelt 1998): epochs are counted on a split of the training images, then spent on all of them.

    Args:
        make: a fresh network; called twice.
        optimiser: parameters -> optimiser.
        features: [images, components].
        labels: [images] class indices.
        seed: of the split, the start, the order and dropout.
        epochs: at most.
        patience: epochs without a smaller loss on the images held out before it stops.
        held_out: share of the images of each class.

    Returns:
        the network in evaluation mode, and for how many epochs it was trained.
    """
    from sklearn.model_selection import train_test_split

    device = best_device()
    x, y = torch.from_numpy(features).float().to(device), torch.from_numpy(labels).long().to(device)
    fit, test = train_test_split(np.arange(len(labels)), test_size=held_out, stratify=labels, random_state=seed)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        model = make().to(device)
        steps = optimiser(model.parameters())
        best, longest, lowest = 1, 0, float("inf")
        while longest < epochs and longest - best < patience:
            one_epoch(model, steps, x[fit], y[fit], batch)
            longest += 1
            with torch.inference_mode():
                loss = float(nn.functional.cross_entropy(model.eval()(x[test]), y[test]))
            if loss < lowest:
                best, lowest = longest, loss
        torch.manual_seed(seed)
        model = make().to(device)
        steps = optimiser(model.parameters())
        for _ in range(best):
            one_epoch(model, steps, x, y, batch)
    return model.eval(), best


def predicted(model: nn.Module, features: np.ndarray) -> np.ndarray:
    """The class with the highest score: int [images]."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        return model(torch.from_numpy(features).float().to(device)).argmax(1).cpu().numpy()


def one_epoch(model: nn.Module, steps: torch.optim.Optimizer, x: Tensor, y: Tensor, batch: int) -> None:
    """Show the network every image once, in a random order: x [images, components], y [images]."""
    model.train()
    for chosen in torch.randperm(len(x)).to(x.device).split(batch):
        steps.zero_grad()
        nn.functional.cross_entropy(model(x[chosen]), y[chosen]).backward()
        steps.step()
