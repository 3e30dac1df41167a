"""What networks are called in figures and text."""

from __future__ import annotations

TITLES = {"squeezenet1_1": "SqueezeNet 1.1", "efficientnet_lite0": "EfficientNet-Lite0", "vgg16": "VGG16"}


def title(network: str) -> str:
    """The name that a reader knows; of a network that has no other, the one it goes by here.

    >>> title("squeezenet1_1")
    'SqueezeNet 1.1'
    """
    return TITLES.get(network, network)
