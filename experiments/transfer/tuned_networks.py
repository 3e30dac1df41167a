"""Training SqueezeNet on 15-Scene: a new last layer, the last blocks, all layers, or all of them from scratch.

The regimes differ in what is trained, from which weights, and in the learning rates. All else is the same: the random
crops, the validation split and the order of a seed, AdamW and its schedule, the batch, the largest number of epochs,
and the rule by which training stops. Learning rates are those in common use for AdamW; they were not searched.

SqueezeNet has no batch normalisation, and without it training from random weights is slow: in a pilot on held-out
training images, the plain network classified about a fifth of them correctly after five epochs, and one with batch
normalisation a third after three. To make the comparison with the pretrained network fair, the network that is trained
from scratch has it after every convolution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tpdl
from experiments.transfer.training import trained
from experiments.transfer.tuning_images import tuning_images
from tpdl import Arrays, experiment

if TYPE_CHECKING:
    from torch import nn

RATES = {
    "frozen": (1e-3, 0.0),
    "last-blocks": (1e-3, 3e-4),
    "all": (1e-3, 1e-4),
    "scratch": (2e-3, 2e-3),
}
"""AdamW's highest learning rates in each regime, of the new last layer and of the layers before it that are trained."""


@experiment(
    matrix={"regime": ["frozen", "last-blocks", "all", "scratch"], "seed": [0, 1, 2]},
    demo={"network": "tiny_squeezenet", "side": 64, "seed": [0], "epochs": 4},
    inputs={"images": tuning_images},
    data=["weights/{network}"],
    device="gpu",
)
def tuned_networks(
    regime: str,
    seed: int,
    images: Arrays,
    network: str = "squeezenet1_1",
    side: int = 112,
    epochs: int = 20,
) -> Arrays:
    """Train in one of four regimes, each in a process of its own: it decides which weights are trained, and from where.

    Args:
        regime: "frozen", a new last layer; "last-blocks", it and the last two Fire modules; "all", it and all layers;
            "scratch", all layers and batch normalisation from random weights (He et al. 2015).
        seed: of new weights, the validation split, the order, the crops and dropout.
        images: pixels and labels.
        network: a SqueezeNet.
        side: of the random crops for training, in pixels; in evaluation it is the centre crop.
        epochs: largest number of epochs.

    Returns:
        what `trained` returns.
    """
    import torch
    from torch import nn

    from experiments.lab.device import best_device
    from experiments.lab.methods.crops import random_crop, view
    from experiments.lab.nets.adapted import adapted, below, head
    from experiments.lab.nets.inputs import GreyInput
    from experiments.lab.nets.registry import build

    torch.manual_seed(seed)
    if regime == "scratch":
        whole = from_scratch(network, len(images["class"]), seed)
    else:
        whole = adapted(build(network), len(images["class"]))
    (head_rate, body_rate), last = RATES[regime], head(whole)
    first = {"frozen": last, "last-blocks": below(whole)}.get(regime, 0)
    groups = [{"params": list(whole[last:].parameters()), "lr": head_rate}]
    if first < last:
        groups.append({"params": list(whole[first:last].parameters()), "lr": body_rate})
    pixels = torch.from_numpy(images["image"]).to(best_device())
    return trained(
        nn.Sequential(GreyInput(), *whole),
        groups,
        lambda chosen: random_crop(pixels[chosen], side),
        lambda chosen: view(pixels[chosen], 0, side),
        images,
        epochs,
        seed,
    )


def from_scratch(network: str, classes: int, seed: int, norm: bool = True) -> nn.Sequential:
    """A SqueezeNet for `classes` classes with random weights, by default with batch normalisation (see above).

    Args:
        network: a SqueezeNet.
        classes: number of outputs.
        seed: of the weights; the head's are drawn from torch's global random state.
        norm: whether batch normalisation comes after every convolution but the last.
    """
    from experiments.lab.nets.adapted import adapted, head
    from experiments.lab.nets.batch_norm import add_batch_norm
    from experiments.lab.nets.registry import build

    whole = adapted(build(network, "random", seed), classes)
    if norm:
        add_batch_norm(whole, keep=tuple(whole[head(whole) :]))
    return whole


if __name__ == "__main__":
    tpdl.main(__file__)
