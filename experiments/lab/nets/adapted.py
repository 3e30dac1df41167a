"""SqueezeNet for another task: its pretrained features, and a new head in place of its 1000 classes."""

from __future__ import annotations

from torch import Tensor, nn
from torchvision.models.squeezenet import Fire

from tpdl import UserError

LAST_BLOCKS = 2
"""Fire modules that count as the last blocks: fire8 and fire9."""


def adapted(model: nn.Module, classes: int, dropout: float = 0.5) -> nn.Sequential:
    """Replace the classifier of a SqueezeNet by a new one for `classes` classes: the first step of fine-tuning.

    The head is SqueezeNet's own (dropout, 1×1 convolution, global average pooling; Iandola et al. 2016, section 3.1)
    without the final ReLU: with few classes, a score that starts below zero everywhere would get no gradient and never
    be learned.

        network = adapted(build("squeezenet1_1"), classes=15)
        network(images).shape  # [images, 15]

    Args:
        model: a SqueezeNet; its `features` are shared with the result, not copied.
        classes: number of outputs. The new layer's weights are normal with standard deviation 0.01, as in torchvision.
        dropout: probability with which an input of the head is dropped in training.

    Returns:
        a network from images [images, 3, side, side] to scores [images, classes], its layers in forward order.

    Raises:
        UserError: the network is not a SqueezeNet.
    """
    features = getattr(model, "features", None)
    if not isinstance(features, nn.Sequential) or not isinstance(features[-1], Fire):
        raise UserError(f"{type(model).__name__} is no SqueezeNet; fine-tuning knows where to split a SqueezeNet only")
    last = features[-1]
    scores = nn.Conv2d(last.expand1x1.out_channels + last.expand3x3.out_channels, classes, 1)
    nn.init.normal_(scores.weight, std=0.01)
    nn.init.zeros_(scores.bias)  # type: ignore[arg-type]
    head = (nn.Dropout(dropout), scores, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*features, *head)


def below(network: nn.Sequential, blocks: int = LAST_BLOCKS) -> int:
    """Number of layers of an adapted network before its last `blocks` Fire modules.

    These layers stay frozen when only the last blocks are fine-tuned.
    """
    fires = [i for i, layer in enumerate(network) if isinstance(layer, Fire)]
    return fires[-blocks]


def head(network: nn.Sequential) -> int:
    """Number of layers of an adapted network before its head.

    These layers stay frozen when only the head is trained.
    """
    return below(network, 1) + 1


class OneByOne(nn.Module):
    """A learned 1×1 convolution from one grey channel to the three channels that a pretrained network expects.

    It comes before the network and has 6 parameters: a weight and a bias for each colour. Initially it repeats the grey
    channel. It works on values from 0 to 1, before they are normalised.

    Args:
        mean, deviation: of the three channels, as the network's training data were normalised.
    """

    def __init__(self, mean: tuple[float, ...], deviation: tuple[float, ...]) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 3, 1)
        nn.init.ones_(self.convolution.weight)
        nn.init.zeros_(self.convolution.bias)  # type: ignore[arg-type]
        self.register_buffer("mean", _column(mean))
        self.register_buffer("deviation", _column(deviation))

    def forward(self, grey: Tensor) -> Tensor:
        """Network input [images, 3, side, side] from grey images [images, 1, side, side] with values from 0 to 1."""
        return (self.convolution(grey) - self.mean) / self.deviation


def _column(values: tuple[float, ...]) -> Tensor:
    import torch

    return torch.tensor(values).view(1, 3, 1, 1)
