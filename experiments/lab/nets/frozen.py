"""Networks to visualize: frozen weights, and gradients with respect to the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN
from experiments.lab.nets.registry import build

if TYPE_CHECKING:
    from torch import nn


def frozen(name: str) -> nn.Module:
    """The pretrained network in evaluation mode, with frozen weights, on the best device.

    Weights get no gradients, and feature maps are stored channels-last: on a CPU, a forward and a backward pass then
    take less than half the time.
    """
    from experiments.lab.device import best_device

    model = build(name).requires_grad_(False)
    return model.to(best_device()).to(memory_format=torch.channels_last)


def on_device_of(model: nn.Module, images: Tensor) -> Tensor:
    """Images [images, 3, side, side] on the device of `model` and in its memory layout."""
    device = next(model.parameters()).device
    return images.to(device=device, memory_format=torch.channels_last)


def pixel_bounds() -> tuple[Tensor, Tensor]:
    """Network input of a black and of a white pixel: the bounds of images that can be shown. Two tensors [3, 1, 1]."""
    mean, deviation = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(DEVIATION).view(3, 1, 1)
    return -mean / deviation, (1 - mean) / deviation


def pixels(inputs: Tensor) -> np.ndarray:
    """Images to show: network inputs [images, 3, side, side] as colours float32 [images, side, side, 3] in 0 … 1.

    The normalisation is undone; values outside of 0 … 1 are clipped.
    """
    mean, deviation = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(DEVIATION).view(3, 1, 1)
    colours = (inputs.detach().cpu() * deviation + mean).clamp_(0, 1)
    return np.ascontiguousarray(colours.permute(0, 2, 3, 1).numpy())


def scores_of(model: nn.Module, images: Tensor, batch: int = 32) -> Tensor:
    """Class scores of network inputs [images, 3, side, side], on the CPU: float32 [images, classes]."""
    with torch.inference_mode():
        return torch.cat([model(on_device_of(model, part)).cpu() for part in images.split(batch)])


class OnColours(torch.nn.Module):
    """A network that takes colours in 0 … 1 and normalises them itself: changes have one unit in all channels."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        device = next(model.parameters()).device
        self.mean = torch.tensor(MEAN, device=device).view(3, 1, 1)
        self.deviation = torch.tensor(DEVIATION, device=device).view(3, 1, 1)

    def forward(self, colours: Tensor) -> Tensor:
        """Scores [images, classes] of colours [images, 3, side, side] in 0 … 1."""
        return self.model((colours - self.mean) / self.deviation)
