"""Conditional DCGAN at the lab's sizes: both networks also get the class y (Mirza and Osindero 2014).

The layers are DCGAN's. Each network projects its two inputs separately and concatenates the projections. At a quarter
of the lab's width, the layers after the projections are those of `experiments.lab.nets.dcgan`: 128-64-32 channels in G
and 32-64-128 in D.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from experiments.lab.nets.dcgan import lowered, raised

CLASSES = 10


class ConditionalGenerator(nn.Module):
    """The generator G(z, y): noise and class are each projected to 4×4, concatenated, and upsampled to 32×32.

    At the lab's width of 128, the two transposed convolutions have 256 and 128 channels before the last one makes an
    image of them.

    Args:
        nz: length of the noise vector.
        width: channels before the last layer; each projection has twice as many.
        classes: number of classes.
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
        """Images [images, 1, 32, 32] in −1 … 1 from noise [images, nz] and class indices [images]."""
        y = nn.functional.one_hot(labels, self.classes).to(z.dtype)
        return self.layers(torch.cat([self.noise(z[:, :, None, None]), self.condition(y[:, :, None, None])], 1))


class ConditionalDiscriminator(nn.Module):
    """The discriminator D(x, y): image and class are each projected to 16×16, concatenated, and reduced to one logit.

    The class enters as ten planes, all ones for the class of the image and all zeros for the others. At the lab's width
    of 64, the layers after the projections have 256 and 512 channels.

    Args:
        width: channels of each projection.
        classes: number of classes.
        sees_class: False gives D(x), which ignores the class (question 7); all channels of the first layer then see the
            image.
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
        """Logits [images] of images [images, 1, 32, 32] in −1 … 1 with class indices [images]."""
        features = self.image(x)
        if self.sees_class:
            # A class is the same plane for every image of it: project each of the classes once, and look it up.
            planes = torch.eye(self.classes, device=x.device, dtype=x.dtype)[:, :, None, None]
            projected = self.condition(planes.expand(-1, -1, *x.shape[2:]))
            features = torch.cat([features, projected[labels]], 1)
        return self.layers(features).flatten()
