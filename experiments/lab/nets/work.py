"""The arithmetic of a network up to each of its cuts, counted on torch's meta device, which computes no values."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from experiments.lab.nets.cuts import cuts, tapped
from experiments.lab.nets.registry import architecture, image_size


def work_up_to(network: str) -> dict[str, int]:
    """Multiplications for one image, in the convolutions and linear layers before each cut, by the cut's name.

    >>> work_up_to("vgg16")["relu1"] == 9 * 3 * 64 * 224**2
    True
    """
    with torch.device("meta"):
        model = architecture(network)
        image = torch.empty(1, 3, image_size(network), image_size(network))
    done, found = 0, {}

    def count(module: nn.Module, inputs: Any, output: Tensor) -> None:
        nonlocal done
        done += module.weight.numel() * prod(output.shape[2:])  # type: ignore[union-attr, operator]

    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(count)
    with torch.inference_mode(), tapped(model, cuts(network), lambda cut, _: found.update({cut.name: done})) as run:
        run(image)
    return found
