"""A small convolutional network that classifies digits of 32×32 pixels, to measure generated digits with."""

from __future__ import annotations

from torch import Tensor, nn

FEATURES = 64


class DigitClassifier(nn.Module):
    """Three convolutions with batch normalisation and max-pooling, 64 features, and the scores of the classes."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in ((1, 16), (16, 32), (32, 64)):
            layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            layers += [nn.MaxPool2d(2)]
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 4 * 4, FEATURES))
        self.head = nn.Sequential(nn.ReLU(), nn.Dropout(0.3), nn.Linear(FEATURES, classes))

    def features(self, x: Tensor) -> Tensor:
        """Features [images, 64], before their ReLU, of images [images, 1, 32, 32] in −1 … 1."""
        return self.body(x)

    def forward(self, x: Tensor) -> Tensor:
        """Scores [images, classes] of images [images, 1, 32, 32] in −1 … 1."""
        return self.head(self.features(x))
