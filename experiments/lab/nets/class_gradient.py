"""Cheaper gradients of single class scores, for networks whose last layer is a 1×1 convolution (SqueezeNet)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def for_class_gradients(model: nn.Module) -> nn.Module:
    """The same network; what its last convolution sends back is computed from the classes alone that were asked for.

    The gradient of one score arrives at the class maps with all channels zero but one, and SqueezeNet's last
    convolution, a quarter of the whole network, would multiply a thousand. Networks that end otherwise are returned as
    they are.

    Args:
        model: with frozen weights (`experiments.lab.nets.frozen.frozen`); is changed in place.
    """
    convolutions = [(name, layer) for name, layer in model.named_modules() if isinstance(layer, nn.Conv2d)]
    linear_after = any(isinstance(layer, nn.Linear) for layer in model.modules())
    if convolutions and not linear_after:
        name, last = convolutions[-1]
        if last.kernel_size == last.stride == (1, 1) and last.padding == (0, 0) and last.groups == 1:
            model.set_submodule(name, _ClassMaps(last))
    return model


class _ClassMaps(nn.Module):
    """A 1×1 convolution whose weights are not trained."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, maps: Tensor) -> Tensor:
        """Class maps [images, classes, height, width] of maps [images, channels, height, width]."""
        return _GradientOfFew.apply(maps, self.convolution.weight, self.convolution.bias)  # type: ignore[no-any-return]


class _GradientOfFew(torch.autograd.Function):
    """∂L/∂x = Wᵀ ∂L/∂y, summed over the channels of y whose gradient is not zero everywhere."""

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
