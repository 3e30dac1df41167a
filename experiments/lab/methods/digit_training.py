"""Training the digit classifier, and its features and probabilities for images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.device import best_device
from experiments.lab.methods.adversarial_training import as_input
from experiments.lab.methods.cuda_graph import GraphedIteration, follow_schedule, sum_in_order
from experiments.lab.nets.digit_classifier import DigitClassifier


def train_digits(
    images: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int = 5,
    batch: int = 128,
    rate: float = 3e-3,
    seed: int = 0,
    graphed: bool = True,
) -> Iterator[tuple[DigitClassifier, float]]:
    """Train the digit classifier with Adam and a one-cycle learning rate (Smith and Topin 2017).

        for model, loss in train_digits(images, labels):
            print(loss)

    Args:
        images: uint8 [images, 32, 32].
        labels: class indices [images], 0 … 9.
        epochs: passes over the images.
        batch: images in a batch.
        rate: the highest learning rate of the cycle.
        seed: of weights, order and dropout.
        graphed: False to launch every kernel of an iteration by itself, also on a GPU.

    Yields:
        after each epoch the network, in evaluation mode, and its mean loss.
    """
    device = best_device()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        model = DigitClassifier().to(device).to(memory_format=torch.channels_last)
        x, y = torch.from_numpy(images).to(device), torch.from_numpy(labels.astype(np.int64)).to(device)
        optimiser = _adam(model, rate)
        batches = -(-len(x) // batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * batches, pct_start=0.2)

        def update(chosen: Tensor) -> dict[str, Tensor]:
            loss = nn.functional.cross_entropy(model(as_input(x[chosen])), y[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            return {"loss": loss.detach() * len(chosen)}

        iteration = GraphedIteration(update, device, graphed)
        for _ in range(epochs):
            model.train()
            for chosen in torch.randperm(len(x)).to(device).split(batch):
                follow_schedule(optimiser)
                iteration(chosen=chosen)
                schedule.step()
            yield model.eval(), sum_in_order(iteration.collected()["loss"][-batches:]) / len(x)


def _adam(model: nn.Module, rate: float) -> torch.optim.Adam:
    """Adam with a learning rate and β₁ that a schedule can change, on a GPU also within a CUDA graph.

    There both are in tensors, and of torch's versions only the one that is not fused reads β₁ from a tensor.
    """
    device = next(model.parameters()).device
    if device.type == "cuda":
        return torch.optim.Adam(model.parameters(), torch.tensor(rate, device=device), foreach=False, capturable=True)
    return torch.optim.Adam(model.parameters(), rate, fused=True)


def read_digits(model: DigitClassifier, images: np.ndarray, batch: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Features float32 [images, 64] and probabilities float32 [images, 10] of images uint8 [images, 32, 32]."""
    device = next(model.parameters()).device
    features, probabilities = [], []
    with torch.inference_mode():
        for some in torch.from_numpy(np.ascontiguousarray(images)).split(batch):
            found = model.eval().features(as_input(some.to(device)))
            features.append(found.cpu())
            probabilities.append(model.head(found).softmax(1).cpu())
    return torch.cat(features).numpy(), torch.cat(probabilities).numpy()
