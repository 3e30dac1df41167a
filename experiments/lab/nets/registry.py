"""Networks by name: every torchvision classifier, EfficientNet-Lite, and the narrow stand-ins of the demo profile."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal

from tpdl import UserError

if TYPE_CHECKING:
    from torch import nn

Weights = Literal["pretrained", "random"]

IMAGE_SIZE = 224
"""Side in pixels of the images that nearly all networks trained on ImageNet take."""


def names() -> list[str]:
    """All names that `build` knows."""
    from torchvision import models

    from experiments.lab.nets import efficientnet_lite
    from experiments.lab.nets.tiny import BUILDERS

    return sorted([*BUILDERS, *efficientnet_lite.SIDES, *models.list_models(module=models)])


def image_size(name: str) -> int:
    """Side in pixels of the square images that a network takes: 224, but for the stand-ins and the larger Lites."""
    from experiments.lab.nets import efficientnet_lite, tiny

    return (tiny.SIDES | efficientnet_lite.SIDES).get(name, IMAGE_SIZE)


def architecture(name: str) -> nn.Module:
    """The network without trained weights, in evaluation mode, initialised from torch's global random state.

    Under `torch.device("meta")` it has shapes but no storage: enough to count parameters and to list cuts.

    Raises:
        UserError: the name is unknown (the message suggests the nearest one), or its package is not installed.
    """
    from torchvision import models

    from experiments.lab.nets import efficientnet_lite
    from experiments.lab.nets.tiny import BUILDERS

    if name in BUILDERS:
        return BUILDERS[name]().eval()
    if name in efficientnet_lite.SIDES:
        return efficientnet_lite.efficientnet_lite(name).eval()
    if name not in (known := names()):
        near = difflib.get_close_matches(name, known, n=1)
        raise UserError(f"no network is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return models.get_model(name, weights=None).eval()


def build(name: str, weights: Weights = "pretrained", seed: int = 0) -> nn.Module:
    """The network called `name`, in evaluation mode, on the CPU.

        network = build("squeezenet1_1")
        untrained = build("squeezenet1_1", "random", seed=1)

    Args:
        name: a torchvision classifier such as "vgg16", or "efficientnet_lite0", "tiny_vgg", "tiny_squeezenet".
        weights: "pretrained" (on ImageNet, from the data catalogue's `weights/NAME`; the stand-ins are trained on
            procedural textures) or "random" (the architecture's initialisation, decided by `seed`).
        seed: of random weights; ignored for pretrained ones.

    Raises:
        UserError: the network is unknown, or its weights are not on this machine or belong to another network.
    """
    import torch

    from experiments.lab.nets.tiny import BUILDERS
    from experiments.lab.nets.weights import load_weights

    if weights == "pretrained" and name in BUILDERS:
        from experiments.lab.nets.pretraining import pretrained

        return pretrained(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = architecture(name)
    if weights == "pretrained":
        load_weights(model, name)
    return model
