"""Stand-ins of the demo profile: VGG16 and SqueezeNet 1.1 layer for layer, with few channels, for small images.

They are trained in seconds, where they are used, on procedural textures (`experiments.lab.data.textures`), as the real
networks are on ImageNet. So the demo profile needs no download, and its curves over depth still have a meaning.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torchvision.models.squeezenet import Fire
from torchvision.models.vgg import cfgs, make_layers

SIDES = {"tiny_vgg": 48, "tiny_squeezenet": 64}
"""Side of the images, in pixels."""
TEXTURES = 40
"""Number of texture classes, the outputs of both networks."""


class TinyVGG(nn.Module):
    """VGG16 (Simonyan and Zisserman 2015, configuration D) with an eighth of the channels.

    It has 13 convolutions and 3 linear layers, as VGG16 has.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = make_layers([v if isinstance(v, str) else v // 8 for v in cfgs["D"]])
        self.avgpool = nn.AdaptiveAvgPool2d(2)
        self.classifier = nn.Sequential(
            *(nn.Linear(64 * 4, 256), nn.ReLU(True), nn.Dropout(0.2)),
            *(nn.Linear(256, 256), nn.ReLU(True), nn.Dropout(0.2)),
            nn.Linear(256, TEXTURES),
        )
        _initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Scores [images, classes] of images [images, 3, side, side]."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


class TinySqueezeNet(nn.Module):
    """SqueezeNet 1.1 (Iandola et al. 2016) with about a quarter of the channels: 8 Fire modules, 18 cuts."""

    def __init__(self) -> None:
        super().__init__()
        pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)  # noqa: E731
        fire = lambda inputs, squeeze, expand: Fire(inputs, squeeze, expand, expand)  # noqa: E731
        self.features = nn.Sequential(
            *(nn.Conv2d(3, 32, 3, 2), nn.ReLU(True), pool()),
            *(fire(32, 16, 16), fire(32, 16, 16), pool()),
            *(fire(32, 24, 32), fire(64, 24, 32), pool()),
            *(fire(64, 32, 48), fire(96, 32, 48), fire(96, 48, 64), fire(128, 48, 64)),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(0.2), nn.Conv2d(128, TEXTURES, 1), nn.ReLU(True), nn.AdaptiveAvgPool2d(1)
        )
        _initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Scores [images, classes] of images [images, 3, side, side]."""
        return self.classifier(self.features(x)).flatten(1)


BUILDERS: dict[str, Callable[[], nn.Module]] = {"tiny_vgg": TinyVGG, "tiny_squeezenet": TinySqueezeNet}


def _initialise(model: nn.Module) -> None:
    """He et al.'s (2015) initialisation, in place: the variance 2 / inputs keeps signals alive through 13 ReLUs."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
