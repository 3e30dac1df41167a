"""The layers of a network with their parameters and output shapes, counted on torch's meta device."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from experiments.lab.nets.registry import architecture, image_size

LAYERS = (nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.LayerNorm, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)


@dataclass(frozen=True)
class Layer:
    """One layer, and what it computes for one image."""

    module: str
    """Its name in torchvision."""
    kind: str
    """"convolution", "linear", "normalisation" or "pooling"."""
    description: str
    shape: tuple[int, ...]
    """Of its output."""
    weights: int
    biases: int
    multiplications: int
    """For one image, in convolutions and linear layers."""

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases


def layers(network: str) -> list[Layer]:
    """The layers of a network that have parameters or pool, in forward order.

    >>> first = layers("vgg16")[0]
    >>> first.kind, first.description, first.parameters
    ('convolution', '3×3, 3 → 64', 1792)
    """
    found: list[Layer] = []

    def hook(name: str) -> Any:
        return lambda module, inputs, output: found.append(_layer(name, module, output))

    with torch.device("meta"):
        model = architecture(network)
        image = torch.empty(1, 3, image_size(network), image_size(network))
    for name, module in model.named_modules():
        if isinstance(module, LAYERS):
            module.register_forward_hook(hook(name))
    with torch.inference_mode():
        model(image)
    return found


def _layer(name: str, module: nn.Module, output: Tensor) -> Layer:
    shape = tuple(output.shape[1:])
    match module:
        case nn.Conv2d():
            kind, size = "convolution", "×".join(map(str, module.kernel_size))
            description = f"{size}, {module.in_channels} → {module.out_channels}"
        case nn.Linear():
            kind, description = "linear", f"{module.in_features} → {module.out_features}"
        case nn.BatchNorm2d() | nn.LayerNorm():
            kind, description = "normalisation", type(module).__name__
        case _:
            kind, description = "pooling", type(module).__name__.removesuffix("2d")
    weights = sum(value.numel() for key, value in module.named_parameters() if key == "weight")
    biases = sum(value.numel() for key, value in module.named_parameters() if key == "bias")
    multiplications = weights * prod(shape[1:]) if kind in ("convolution", "linear") else 0
    return Layer(name, kind, description, shape, weights, biases, multiplications)
