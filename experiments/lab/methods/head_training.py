"""Training small networks on fixed features by gradient descent; cross-validation says for how long.

All folds, or all seeds, are trained side by side as one network, whose matrix products are batches of theirs. On a GPU
an update is a CUDA graph (`experiments.lab.methods.cuda_graph`); nothing waits for a number but cross-validation after
an epoch, whose losses decide when to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.device import best_device
from experiments.lab.methods.cuda_graph import GraphedIteration

Make = Callable[[], nn.Sequential]
"""Makes a network with fresh weights, of linear layers and what has no parameters."""

Optimiser = Callable[[Any], torch.optim.Optimizer]
"""Parameters -> an optimizer that works number by number, such as SGD and Adam."""


def last_layer(features: int, classes: int) -> nn.Sequential:
    """A linear layer with all weights zero: softmax regression, which starts without preference for any class."""
    layer = nn.Linear(features, classes)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return nn.Sequential(layer)


def perceptron(features: int, classes: int, hidden: int = 256, dropout: float = 0.5) -> nn.Sequential:
    """A multi-layer perceptron with one hidden layer: features -> scores."""
    return nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, classes))


class StackedLinear(nn.Module):
    """Linear layers of one shape as one: [layers, images, inputs] -> [layers, images, outputs]."""

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.stack([layer.weight.detach().T for layer in layers]).contiguous())
        self.bias = nn.Parameter(torch.stack([layer.bias.detach()[None] for layer in layers]))

    def forward(self, x: Tensor) -> Tensor:
        """The outputs; no value of one layer enters another."""
        return torch.baddbmm(self.bias, x, self.weight)


def stacked(networks: Sequence[nn.Sequential]) -> nn.Sequential:
    """Networks of one architecture as one.

        stack = stacked([perceptron(512, 15) for _ in range(5)])
        scores = stack(features)           # [5, images, 15] of features [5, images, 512]

    Args:
        networks: of linear layers, each with a bias, and of what has no parameters.
    """
    layers = zip(*networks, strict=True)
    return nn.Sequential(*(StackedLinear(same) if isinstance(same[0], nn.Linear) else same[0] for same in layers))


@dataclass(frozen=True)
class Validation:
    """What cross-validation measured after each epoch."""

    loss: np.ndarray
    """Mean cross-entropy of the images held out, [epochs, folds]."""
    accuracy: np.ndarray
    """Fraction of them that is classified correctly, [epochs, folds]."""
    converged: bool
    """Training has stopped because the loss did not fall any more, not because of the limit of epochs."""
    epochs: int
    """The number of epochs with the lowest loss on average over the folds, up to the tolerance."""


def cross_validate(
    make: Make,
    optimiser: Optimiser,
    features: np.ndarray,
    labels: np.ndarray,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    *,
    seed: int = 0,
    epochs: int = 1000,
    patience: int = 30,
    tolerance: float = 1e-4,
    batch: int = 64,
    graphed: bool = True,
) -> Validation:
    """Train a network for each fold until their mean validation loss stops falling (early stopping, Prechelt 1998).

    The folds share their number of epochs, so that it can be chosen as any other setting is.

        folds = list(StratifiedKFold(5, shuffle=True).split(features, labels))
        found = cross_validate(lambda: perceptron(512, 15), torch.optim.Adam, features, labels, folds)
        found.epochs, found.accuracy[found.epochs - 1].mean()

    Args:
        make: makes a fresh network.
        optimiser: parameters -> optimizer.
        features: [images, components].
        labels: class indices [images].
        folds: for each, the indices of the images to train on, and of those held out. If some have more images to train
            on than others, an epoch leaves out some at random.
        seed: of the first fold: initial weights, order and dropout; the next fold has the next seed.
        epochs: largest number of epochs.
        patience: epochs without a lower loss before training stops.
        tolerance: a loss that is lower by less does not count as lower; near an optimum it may fall forever.
        batch: images in a batch.
        graphed: False to launch every kernel of an update by itself, also on a GPU.
    """
    device = best_device()
    x, y = torch.from_numpy(features).float().to(device), torch.from_numpy(labels).long().to(device)
    held, weights = (part.to(device) for part in _padded([held_out for _, held_out in folds]))
    losses: list[np.ndarray] = []
    accuracies: list[np.ndarray] = []
    with _training(make, optimiser, range(seed, seed + len(folds)), device) as (stack, steps, generators):
        descent = _Descent(stack, steps, x, y, batch, graphed)
        best, lowest = 0, float("inf")
        while len(losses) < epochs and len(losses) - best < patience:
            descent.epoch(_orders([learned for learned, _ in folds], generators))
            with torch.inference_mode():
                scores, truth = stack.eval()(x[held]), y[held]
                loss = nn.functional.cross_entropy(scores.transpose(1, 2), truth, reduction="none")
                both = torch.stack([loss, (scores.argmax(2) == truth).float()])
                loss_each, accuracy_each = (both * weights).sum(2).double().cpu().numpy()
            losses.append(loss_each)
            accuracies.append(accuracy_each)
            if loss_each.mean() < lowest - tolerance:
                best, lowest = len(losses), loss_each.mean()
    return Validation(np.array(losses), np.array(accuracies), len(losses) - best >= patience, best)


def train(
    make: Make,
    optimiser: Optimiser,
    features: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int,
    seeds: Sequence[int] = (0,),
    batch: int = 64,
    graphed: bool = True,
) -> nn.Sequential:
    """Train a network for each seed on all images, for a given number of epochs.

        stack = train(lambda: perceptron(512, 15), torch.optim.Adam, features, labels, epochs=40, seeds=range(5))
        classes = predicted(stack, test_features)         # [5, images]

    Args:
        make, optimiser, features, labels, batch, graphed: as for `cross_validate`.
        epochs: their number.
        seeds: of initial weights, order and dropout.

    Returns:
        the stack of the networks, in evaluation mode.
    """
    device = best_device()
    x, y = torch.from_numpy(features).float().to(device), torch.from_numpy(labels).long().to(device)
    with _training(make, optimiser, seeds, device) as (stack, steps, generators):
        descent = _Descent(stack, steps, x, y, batch, graphed)
        for _ in range(epochs):
            descent.epoch(_orders([np.arange(len(x))] * len(seeds), generators))
    return stack.eval()


def predicted(stack: nn.Sequential, features: np.ndarray) -> np.ndarray:
    """The class with the highest score, int [networks, images], for features [images, components]."""
    weight = next(stack.parameters())
    x = torch.from_numpy(features).float().to(weight.device)
    with torch.inference_mode():
        return stack(x.expand(len(weight), -1, -1)).argmax(2).cpu().numpy()


@contextmanager
def _training(
    make: Make, optimiser: Optimiser, seeds: Sequence[int], device: torch.device
) -> Iterator[tuple[nn.Sequential, torch.optim.Optimizer, list[torch.Generator]]]:
    """Fresh networks as a stack, its optimizer, and what draws the order of each; torch's random state is restored."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        networks: list[nn.Sequential] = []
        for seed in seeds:
            torch.manual_seed(seed)
            networks.append(make())
        torch.manual_seed(seeds[0])  # of dropout, whose masks are drawn for all networks at once
        stack = stacked(networks).to(device)
        yield stack, optimiser(stack.parameters()), [torch.Generator().manual_seed(seed) for seed in seeds]


def _orders(subsets: Sequence[np.ndarray], generators: Sequence[torch.Generator]) -> Tensor:
    """Each network's images in random order, as many as the smallest subset has, int [networks, images]."""
    shortest = min(map(len, subsets))
    orders = (
        torch.randperm(len(subset), generator=generator) for subset, generator in zip(subsets, generators, strict=True)
    )
    return torch.stack(
        [torch.from_numpy(subset)[order[:shortest]] for subset, order in zip(subsets, orders, strict=True)]
    )


def _padded(subsets: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Subsets as one table of indices [subsets, images], and weights that make the mean of each."""
    longest = max(map(len, subsets))
    indices = torch.stack([torch.from_numpy(np.resize(subset, longest)) for subset in subsets])
    weights = torch.stack([(torch.arange(longest) < len(subset)) / len(subset) for subset in subsets])
    return indices, weights


class _Descent:
    """Training of a stack for one epoch after the other, in place.

    Args:
        stack: features [networks, images, components] -> scores [networks, images, classes].
        steps: the optimizer.
        x: features [images, components].
        y: class indices [images].
        batch: images in a batch.
        graphed: False to launch every kernel of an update by itself, also on a GPU.
    """

    def __init__(
        self,
        stack: nn.Sequential,
        steps: torch.optim.Optimizer,
        x: Tensor,
        y: Tensor,
        batch: int,
        graphed: bool,
    ) -> None:
        self._stack, self._batch = stack, batch
        for group in steps.param_groups:
            if "capturable" in group:  # Adam's count of its updates is in a tensor, so that a graph can repeat them
                group["capturable"] = graphed and x.device.type == "cuda"

        def update(chosen: Tensor) -> dict[str, Tensor]:
            """Of each network, with the images `chosen` [networks, images] for it."""
            steps.zero_grad()
            scores = stack(x[chosen])
            # The sum over networks, so that each gets the gradient of its own mean.
            loss = nn.functional.cross_entropy(scores.flatten(0, 1), y[chosen].flatten()) * len(chosen)
            loss.backward()
            steps.step()
            return {}

        # The last batch of an epoch may be smaller, and has a graph of its own.
        self._full, self._rest = (GraphedIteration(update, x.device, graphed) for _ in range(2))

    def epoch(self, orders: Tensor) -> None:
        """Train on indices of the images for each network, in their order, [networks, images]."""
        self._stack.train()
        for chosen in orders.split(self._batch, 1):
            (self._full if chosen.shape[1] == self._batch else self._rest)(chosen=chosen)
