"""The network of Ganin et al. 2016 for digits (figure 4a): features, and two small classifiers on them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

FEATURES = 768
CLASSES = 10


class DomainAdversarialNetwork(nn.Module):
    """Three parts that are trained together.

    - `features`: uint8-ranged images to 768 features,
    - `label`: features to scores of ten digits,
    - `domain`: features to one score, above 0 for the target domain.

    Pooling comes before each ReLU: max and ReLU commute, and a quarter of the values remains to be rectified. The
    weights start as He et al. 2015 have it, which the paper does not say; from torch's smaller start the first epochs
    would be lost on a plateau.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 32, 5),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Conv2d(32, 48, 5),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.label = nn.Sequential(
            nn.Linear(FEATURES, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, CLASSES)
        )
        self.domain = nn.Sequential(nn.Linear(FEATURES, 100), nn.ReLU(), nn.Linear(100, 1))
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # all have one

    def forward(self, images: Tensor) -> Tensor:
        """Scores of the digits: [images, 3, 28, 28] as `as_input` makes them -> [images, 10]."""
        return self.label(self.features(images))  # type: ignore[no-any-return]


def as_input(images: Tensor) -> Tensor:
    """Images [images, height, width, 3] with values 0 … 255 as float32 [images, 3, height, width], −1 … 1.

    The memory stays as it lies, which is torch's channels-last layout, the fastest for these convolutions.
    """
    return images.permute(0, 3, 1, 2).to(torch.float32).mul(2 / 255).sub(1)
