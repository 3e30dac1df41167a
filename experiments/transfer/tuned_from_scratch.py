"""Training SqueezeNet on 15-Scene from scratch.

SqueezeNet has no batch normalisation, and without it training from random weights is slow: in a pilot on held-out
training images, the plain network classified about a fifth of them correctly after five epochs, and one with batch
normalisation a third after three. To make the comparison with the pretrained network fair, it is added here; everything
else is as in the other regimes. The number of epochs is what a budget of 25 minutes for three seeds on one core allows.
"""

from __future__ import annotations

import tpdl
from experiments.transfer.training import trained
from experiments.transfer.tuning_images import tuning_images
from tpdl import Arrays, experiment


@experiment(
    matrix={"seed": [0, 1, 2]},
    demo={"network": "tiny_squeezenet", "side": 64, "seed": [0], "epochs": 4},
    inputs={"images": tuning_images},
    device="gpu",
)
def tuned_from_scratch(
    seed: int,
    images: Arrays,
    network: str = "squeezenet1_1",
    side: int = 112,
    epochs: int = 20,
    rate: float = 2e-3,
) -> Arrays:
    """Train a SqueezeNet with batch normalisation after every convolution from random weights (He et al. 2015).

    Args:
        seed: of the weights, the validation split, the order, the crops and dropout.
        images: pixels and labels.
        network: a SqueezeNet.
        side: of the random crops for training, in pixels.
        epochs: largest number of epochs.
        rate: AdamW's highest learning rate.

    Returns:
        what `trained` returns.
    """
    import torch

    from experiments.lab.methods.crops import random_crop, view
    from experiments.lab.nets.adapted import adapted, head
    from experiments.lab.nets.batch_norm import add_batch_norm
    from experiments.lab.nets.inputs import normalised
    from experiments.lab.nets.registry import build

    torch.manual_seed(seed)
    whole = adapted(build(network, "random", seed), len(images["class"]))
    add_batch_norm(whole, keep=tuple(whole[head(whole) :]))
    pixels = torch.from_numpy(images["image"])
    return trained(
        whole,
        [{"params": list(whole.parameters()), "lr": rate}],
        lambda chosen: normalised(random_crop(pixels[chosen], side).numpy()),
        lambda chosen: normalised(view(pixels[chosen], 0, side).contiguous().numpy()),
        images,
        epochs,
        seed,
    )


if __name__ == "__main__":
    tpdl.main(__file__)
