"""Class probabilities of images, with dropout on or off."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.device import best_device


def probabilities(model: nn.Module, images: Tensor, *, dropout: bool = False, seed: int = 0) -> np.ndarray:
    """Softmax of a network's scores.

    Args:
        model: left in evaluation mode.
        images: network inputs float32 [images, 3, side, side].
        dropout: run the network in training mode. (VGG16 and SqueezeNet have no batch normalisation that this would
            disturb.)
        seed: of dropout.

    Returns:
        float64 [images, classes]; each row sums to 1.
    """
    device = best_device()
    model = model.to(device)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), torch.inference_mode():
        torch.manual_seed(seed)
        model.train(dropout)
        try:
            scores = torch.cat([model(batch.to(device)) for batch in images.split(32)])
        finally:
            model.eval()
    return scores.double().softmax(1).cpu().numpy()


def best(probabilities: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The `count` most probable classes of each image and their probabilities, both [images, count].

    >>> classes, sure = best(np.array([[0.2, 0.7, 0.1]]), 2)
    >>> classes.tolist(), sure.tolist()
    ([[1, 0]], [[0.7, 0.2]])
    """
    chosen = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
    return chosen, np.take_along_axis(probabilities, chosen, axis=1)
