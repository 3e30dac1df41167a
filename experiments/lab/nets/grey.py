"""Grey images for a pretrained colour network: a first convolution with one input channel instead of three.

With mean m and deviation d of the channels c, the first layer computes for a grey image x, repeated and normalised,

    Σ_c W_c * (x − m_c) / d_c + b  =  (Σ_c W_c / d_c) * x  +  (b − Σ_c W_c * (m_c / d_c)),

so one kernel, the weighted sum over the channels, gives the same output from the image itself. The second term does not
depend on the image. Without padding it is one number for each output channel. With padding it is a map: zeros are
padded around the *normalised* image, so near the border a part of the kernel meets no m_c / d_c, and a bias alone would
be wrong there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tpdl import UserError


class GreyConvolution(nn.Module):
    """The first convolution of a network for one grey channel, with the normalisation in its weights."""

    def __init__(
        self,
        colour: nn.Conv2d,
        mean: tuple[float, ...],
        deviation: tuple[float, ...],
        side: int,
        border: bool = True,
    ) -> None:
        """Sum the weights of `colour` over its input channels.

        Args:
            colour: a convolution of three channels that are normalised by `mean` and `deviation`.
            mean, deviation: of the three channels, for values from 0 to 1.
            side: of the images, in pixels. Only a convolution with padding depends on it.
            border: whether the output is exact at a padded border, too. False uses one constant everywhere, which is
                the obvious solution and a wrong one.
        """
        super().__init__()
        self.weight: Tensor
        self.bias: Tensor
        self.offset: Tensor
        scale = torch.tensor(deviation, dtype=torch.float64)
        shift = torch.tensor(mean, dtype=torch.float64) / scale
        weight = colour.weight.detach().double()
        bias = (
            colour.bias.detach().double() if colour.bias is not None else torch.zeros(len(weight), dtype=torch.float64)
        )
        self.stride, self.padding = colour.stride, tuple(int(zeros) for zeros in colour.padding)
        padded = border and any(self.padding)
        constant = -shift.view(1, 3, 1, 1).expand(1, 3, side, side)
        if padded:
            offset = functional.conv2d(constant, weight, bias, self.stride, self.padding)
            bias = torch.zeros_like(bias)
        else:
            offset = torch.zeros(())
            bias = bias - (weight * shift.view(1, 3, 1, 1)).sum((1, 2, 3))
        self.register_buffer("weight", (weight / scale.view(1, 3, 1, 1)).sum(1, keepdim=True).float())
        self.register_buffer("bias", bias.float())
        self.register_buffer("offset", offset.float())
        self.padded = padded

    def forward(self, grey: Tensor) -> Tensor:
        """Output of the first layer for grey images [images, 1, side, side] with values from 0 to 1."""
        output = functional.conv2d(grey, self.weight, self.bias, self.stride, self.padding)
        return output.add_(self.offset) if self.padded else output


def first_convolution(model: nn.Module) -> tuple[str, nn.Conv2d]:
    """Name and module of the first convolution.

    Raises:
        UserError: the network has no convolution, or its first one is not an ungrouped convolution of three channels.
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            if module.in_channels != 3 or module.groups != 1:
                raise UserError(f"the first convolution, {name}, does not take the three channels of a colour image")
            return name, module
    raise UserError(f"{type(model).__name__} has no convolution")


def make_grey(
    model: nn.Module, mean: tuple[float, ...], deviation: tuple[float, ...], side: int, border: bool = True
) -> nn.Module:
    """Make a pretrained network take grey images: replace its first convolution, in place, by a `GreyConvolution`.

        model = make_grey(build("vgg16"), MEAN, DEVIATION, side=224)
        model(grey)  # [images, 1, 224, 224] in 0 … 1, not normalised

    Args:
        model: a network whose first convolution takes three channels.
        mean, deviation, side, border: as in `GreyConvolution`.

    Returns:
        `model`.
    """
    name, colour = first_convolution(model)
    model.set_submodule(name, GreyConvolution(colour, mean, deviation, side, border))
    return model
