"""Training a small network on fixed features, with early stopping on a validation split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.device import best_device

Optimiser = Callable[[Any], torch.optim.Optimizer]


def last_layer(features: int, classes: int) -> nn.Linear:
    """A linear layer with all weights zero: softmax regression, which starts without preference for any class."""
    layer = nn.Linear(features, classes)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def perceptron(features: int, classes: int, hidden: int = 256, dropout: float = 0.5) -> nn.Module:
    """A multi-layer perceptron with one hidden layer: features -> scores."""
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
    """Train with early stopping (Prechelt 1998), then again on all images.

    First, a part of the training images is held out and the number of epochs with the lowest loss on it is found; then
    a fresh network is trained for that many epochs on all of them.

        model, epochs = train_head(lambda: perceptron(512, 15), torch.optim.Adam, features, labels)

    Args:
        make: makes a fresh network; called twice.
        optimiser: parameters -> optimizer.
        features: [images, components].
        labels: class indices [images].
        seed: of the split, the initial weights, the order and dropout.
        epochs: largest number of epochs.
        patience: epochs without a lower validation loss before training stops.
        held_out: fraction of the images of each class that is held out.
        batch: images in a batch.

    Returns:
        the network in evaluation mode, and the number of epochs.
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
    """The class with the highest score, int [images], for features [images, components]."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        return model(torch.from_numpy(features).float().to(device)).argmax(1).cpu().numpy()


def one_epoch(model: nn.Module, steps: torch.optim.Optimizer, x: Tensor, y: Tensor, batch: int) -> None:
    """Train for one epoch, in place.

    Args:
        model: features -> scores.
        steps: the optimizer.
        x: features [images, components].
        y: class indices [images].
        batch: images in a batch.
    """
    model.train()
    for chosen in torch.randperm(len(x)).to(x.device).split(batch):
        steps.zero_grad()
        nn.functional.cross_entropy(model(x[chosen]), y[chosen]).backward()
        steps.step()
