"""A SqueezeNet for another task: its features, and a new last layer in the place of its 1000 classes."""

from __future__ import annotations

from torch import Tensor, nn
from torchvision.models.squeezenet import Fire

from tpdl import UserError

LAST_BLOCKS = 2
"""Fire modules that count as the last blocks: fire8 and fire9."""


def adapted(model: nn.Module, classes: int, dropout: float = 0.5) -> nn.Sequential:
    """The layers of a SqueezeNet up to its classifier, as they are, and a head for `classes` classes.

    The head is SqueezeNet's own (dropout, 1×1 convolution, average over places; Iandola et al. 2016, section 3.1) but
    for the ReLU on the
    scores: with few classes one that starts below zero everywhere would get no gradient and never be learned.

    Args:
        model: its `features` are used, not copied.
        classes: number of outputs; the new layer's weights are normal with deviation 0.01, as in torchvision.
        dropout: share of the head's inputs that are dropped in training.

    Returns:
        scores [images, classes] of images [images, 3, side, side].

    Raises:
        UserError: the network is no SqueezeNet.
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
    """How many layers of an adapted network lie below its last `blocks` Fire modules."""
    fires = [i for i, layer in enumerate(network) if isinstance(layer, Fire)]
    return fires[-blocks]


def head(network: nn.Sequential) -> int:
    """How many layers of an adapted network lie below its head."""
    return below(network, 1) + 1


class OneByOne(nn.Module):
    """A learned 1×1 convolution from one grey channel to the three that a network expects (6 numbers), before the
    network.

    It starts as the repeated channel, and works on values from 0 to 1, before the normalisation by mean and deviation.
    """

    def __init__(self, mean: tuple[float, ...], deviation: tuple[float, ...]) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 3, 1)
        nn.init.ones_(self.convolution.weight)
        nn.init.zeros_(self.convolution.bias)  # type: ignore[arg-type]
        self.register_buffer("mean", _column(mean))
        self.register_buffer("deviation", _column(deviation))

    def forward(self, grey: Tensor) -> Tensor:
        """Network input [images, 3, side, side] of grey images [images, 1, side, side] with values from 0 to 1."""
        return (self.convolution(grey) - self.mean) / self.deviation


def _column(values: tuple[float, ...]) -> Tensor:
    import torch

    return torch.tensor(values).view(1, 3, 1, 1)
