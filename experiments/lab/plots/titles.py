"""What networks and classes are called in figures and text, and the networks' colours."""

from __future__ import annotations

TITLES = {
    "squeezenet1_1": "SqueezeNet 1.1",
    "efficientnet_lite0": "EfficientNet-Lite0",
    "efficientnet_lite1": "EfficientNet-Lite1",
    "efficientnet_lite2": "EfficientNet-Lite2",
    "vgg16": "VGG16",
}

COLOURS = {
    "squeezenet1_1": "C0",
    "efficientnet_lite0": "C1",
    "efficientnet_lite1": "C1",
    "efficientnet_lite2": "C1",
    "vgg16": "C2",
}


def title(network: str) -> str:
    """The name that a reader knows; of a network that has no other, the one it goes by here.

    >>> title("squeezenet1_1")
    'SqueezeNet 1.1'
    """
    return TITLES.get(network, network)


SCENES = {
    "insidecity": "inside city",
    "livingroom": "living room",
    "opencountry": "open country",
    "tallbuilding": "tall building",
}


def scene(name: str) -> str:
    """A class of 15-Scene in words.

    >>> scene("tallbuilding")
    'tall building'
    """
    return SCENES.get(name, name)


def colour(network: str) -> str:
    """The one that a network, or its family, has in all figures; those without get reddish purple.

    >>> colour("vgg16")
    'C2'
    """
    return COLOURS.get(network, "C4")
