"""Faster gradients of single class scores for networks that end in a 1×1 convolution, such as SqueezeNet."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def for_class_gradients(model: nn.Module) -> nn.Module:
    """Make the backward pass from single class scores cheaper, with the same result.

    The gradient of one score is zero in all channels of the last layer's output but one. SqueezeNet's last convolution
    is a quarter of the whole network's work, and backward it would multiply by a thousand channels of which 999 are
    zero. Here only the channels with a gradient are multiplied. Networks that end in another way are returned
    unchanged.

    Args:
        model: with frozen weights (see `experiments.lab.nets.frozen.frozen`); changed in place.

    Returns:
        `model`.
    """
    convolutions = [(name, layer) for name, layer in model.named_modules() if isinstance(layer, nn.Conv2d)]
    linear_after = any(isinstance(layer, nn.Linear) for layer in model.modules())
    if convolutions and not linear_after:
        name, last = convolutions[-1]
        if last.kernel_size == last.stride == (1, 1) and last.padding == (0, 0) and last.groups == 1:
            model.set_submodule(name, _ClassMaps(last))
    return model


class _ClassMaps(nn.Module):
    """A 1×1 convolution with frozen weights."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, maps: Tensor) -> Tensor:
        """Class maps [images, classes, height, width] from feature maps [images, channels, height, width]."""
        return _GradientOfFew.apply(maps, self.convolution.weight, self.convolution.bias)  # type: ignore[no-any-return]


class _GradientOfFew(torch.autograd.Function):
    """∂L/∂x = Wᵀ ∂L/∂y, summed over the channels of y that have a gradient at all."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(weight)
        return nn.functional.conv2d(maps, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (weight,), (gradient,) = ctx.saved_tensors, gradients
        used = gradient.abs().sum((0, 2, 3)).nonzero()[:, 0]
        back = gradient.permute(0, 2, 3, 1)[..., used] @ weight[used, :, 0, 0]
        return back.permute(0, 3, 1, 2), None, None
