"""Conditional DCGAN (Mirza and Osindero 2014, with DCGAN's layers) at the lab's sizes: both networks also see the class
y.

Each network projects its two inputs separately and goes on with both projections side by side. At a quarter of the
lab's width the networks are those of `experiments.lab.nets.dcgan`, layer for layer behind the projections: 128-64-32
and 32-64-128.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from experiments.lab.nets.dcgan import lowered, raised

CLASSES = 10


class ConditionalGenerator(nn.Module):
    """Noise and class are each projected to 4×4, then 256-128-1 at the lab's width of 128.

    Args:
        nz: length of the noise vector.
        width: channels before the last layer; each projection has twice as many.
        classes: that there are.
    """

    def __init__(self, nz: int = 100, width: int = 128, classes: int = CLASSES) -> None:
        super().__init__()
        self.nz, self.classes = nz, classes
        self.noise = nn.Sequential(*raised(nz, 2 * width, first=True))
        self.condition = nn.Sequential(*raised(classes, 2 * width, first=True))
        self.layers = nn.Sequential(
            *raised(4 * width, 2 * width),
            *raised(2 * width, width),
            *(nn.ConvTranspose2d(width, 1, 4, 2, 1, bias=False), nn.Tanh()),
        )

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        """Images [images, 1, 32, 32] in −1 … 1 of noise [images, nz] and classes [images]."""
        y = nn.functional.one_hot(labels, self.classes).to(z.dtype)
        return self.layers(torch.cat([self.noise(z[:, :, None, None]), self.condition(y[:, :, None, None])], 1))


class ConditionalDiscriminator(nn.Module):
    """Image and class (as planes of ones and zeros) are each projected to 16×16, then 256-512-1 at the lab's width of
    64.

    Args:
        width: channels of each projection.
        classes: that there are.
        sees_class: False gives cD(x): all channels of the first layer look at the image, and the class has no effect
            (question 7).
    """

    def __init__(self, width: int = 64, classes: int = CLASSES, sees_class: bool = True) -> None:
        super().__init__()
        self.classes, self.sees_class = classes, sees_class
        image = width if sees_class else 2 * width
        self.image = nn.Sequential(nn.Conv2d(1, image, 4, 2, 1, bias=False), nn.LeakyReLU(0.2))
        if sees_class:
            self.condition = nn.Sequential(nn.Conv2d(classes, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(
            *lowered(2 * width, 4 * width), *lowered(4 * width, 8 * width), nn.Conv2d(8 * width, 1, 4, bias=False)
        )

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        """Logits [images] of images [images, 1, 32, 32] that are said to be of classes [images]."""
        features = self.image(x)
        if self.sees_class:
            # A class is the same plane for every image of it: project each of the classes once, and look it up.
            planes = torch.eye(self.classes, device=x.device, dtype=x.dtype)[:, :, None, None]
            projected = self.condition(planes.expand(-1, -1, *x.shape[2:]))
            features = torch.cat([features, projected[labels]], 1)
        return self.layers(features).flatten()
