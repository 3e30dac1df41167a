"""The domain-adversarial network for digits of Ganin et al. 2016 (figure 4a): features and two classifiers on them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

FEATURES = 768
CLASSES = 10


class DomainAdversarialNetwork(nn.Module):
    """A feature extractor, a label classifier and a domain classifier, trained together.

    - `features`: images to 768 features.
    - `label`: features to the scores of ten digits.
    - `domain`: features to one logit, above 0 for the target domain.

    Pooling comes before each ReLU: the two commute, and a quarter of the values remains to be rectified. The paper does
    not say how weights are initialised; here they are He et al.'s (2015). With torch's smaller initial weights, the
    first epochs would be lost on a plateau.
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
        """Scores of the digits [images, 10] for images [images, 3, 28, 28] as `as_input` makes them."""
        return self.label(self.features(images))  # type: ignore[no-any-return]


def as_input(images: Tensor) -> Tensor:
    """Network input: images [images, height, width, 3] in 0 … 255 as float32 [images, 3, height, width] in −1 … 1.

    The values stay where they lie in memory. That is torch's channels-last layout, the fastest for these convolutions.
    """
    return images.permute(0, 3, 1, 2).to(torch.float32).mul(2 / 255).sub(1)
