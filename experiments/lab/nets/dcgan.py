"""DCGAN (Radford, Metz and Chintala 2016) at the lab's sizes: 128-64-32 channels in G, 32-64-128 in D."""

from __future__ import annotations

import itertools

from torch import Tensor, nn


class Generator(nn.Module):
    """The generator G(z): transposed convolutions that double the side, from 4×4 up to the image.

    Args:
        nz: length of the noise vector.
        width: channels before the last layer; each layer before has twice as many (32 gives 128-64-32 at side 32).
        side: of the image in pixels, a power of two from 8 on.
    """

    def __init__(self, nz: int = 100, width: int = 32, side: int = 32) -> None:
        super().__init__()
        self.nz = nz
        channels = doublings(width, side)[::-1]
        layers: list[nn.Module] = [*raised(nz, channels[0], first=True)]
        for before, after in itertools.pairwise(channels):
            layers += raised(before, after)
        self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(width, 1, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Images [images, 1, side, side] in −1 … 1 from noise [images, nz]; labels are ignored."""
        return self.layers(z[:, :, None, None])


class Discriminator(nn.Module):
    """The discriminator D(x): strided convolutions that halve the side down to 4×4, then one logit.

    Args:
        width: channels after the first layer; each layer after has twice as many (32 gives 32-64-128 at side 32).
        side: of the image in pixels, a power of two from 8 on.
    """

    def __init__(self, width: int = 32, side: int = 32) -> None:
        super().__init__()
        channels = doublings(width, side)
        layers: list[nn.Module] = [nn.Conv2d(1, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
        for before, after in itertools.pairwise(channels):
            layers += lowered(before, after)
        self.layers = nn.Sequential(*layers, nn.Conv2d(channels[-1], 1, 4, bias=False))

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        """Logits [images] of images [images, 1, side, side]; labels are ignored. D(x) is their sigmoid."""
        return self.layers(x).flatten()


def doublings(width: int, side: int) -> list[int]:
    """Channels of the discriminator's layers, each of which halves the side, down to 4×4.

        >>> doublings(32, 32)
        [32, 64, 128]

    Raises:
        ValueError: the side is not a power of two from 8 on.
    """
    if side < 8 or side & (side - 1):
        raise ValueError(f"the side of a DCGAN image is a power of two from 8 on, not {side}")
    return [width * 2**i for i in range(side.bit_length() - 3)]


def raised(before: int, after: int, first: bool = False) -> list[nn.Module]:
    """A layer of a generator: a transposed convolution that doubles the side (or, at first, makes 4×4 of 1×1).

    It has no bias: the batch normalisation after it would subtract it again.
    """
    stride, padding = (1, 0) if first else (2, 1)
    convolution = nn.ConvTranspose2d(before, after, 4, stride, padding, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU()]


def lowered(before: int, after: int) -> list[nn.Module]:
    """A layer of a discriminator: a convolution that halves the side."""
    return [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]


def initialise(model: nn.Module) -> None:
    """DCGAN's initial weights, in place: N(0, 0.02) for convolutions, N(1, 0.02) for the scales of batch normalisation.

    Shifts of batch normalisation start at 0 (section 4 of the paper, and its code).
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, 0.02)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
            nn.init.zeros_(module.bias)
