"""What a network takes images for: probabilities of its classes, with dropout at work or not."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.methods.device import best_device


def probabilities(model: nn.Module, images: Tensor, *, dropout: bool = False, seed: int = 0) -> np.ndarray:
    """Softmax of the network's scores.

    Args:
        model: left in evaluation mode.
        images: float32 [images, 3, side, side], as the network is to see them.
        dropout: run it in training mode. (It has no batch normalisation to be disturbed by that: VGG16 and SqueezeNet.)
        seed: of the dropped values.

    Returns:
        float64 [images, classes], rows that add up to 1.
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
    """The `count` most probable classes of each image, the most probable first, and their probabilities: [images,
    count].
    """
    chosen = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
    return chosen, np.take_along_axis(probabilities, chosen, axis=1)
