"""Fine-tuning a pretrained SqueezeNet on 15-Scene: only a new last layer, the last blocks, or all layers.

The budget was chosen beforehand for one core of an ordinary machine without a GPU: about 45 minutes for these training
runs and those from scratch. There, SqueezeNet 1.1 processes about 70 images of 112 × 112 pixels a second in training, a
quarter of the usual area, so an epoch of 1200 images takes about 18 s if all layers are trained. If the lower part is
frozen, its features are computed once for ten crops of every image, and an epoch takes a few seconds. Learning rates
are those in common use for AdamW; they were not searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tpdl
from experiments.transfer.training import trained
from experiments.transfer.tuning_images import tuning_images
from tpdl import Arrays, experiment, note, progress

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


@experiment(
    inputs={"images": tuning_images},
    data=["weights/{network}"],
    demo={"network": "tiny_squeezenet", "side": 64},
    local=True,
    device="gpu",
)
def tuning_features(images: Arrays, network: str = "squeezenet1_1", side: int = 112) -> Arrays:
    """Cached features before the last two Fire modules, for the regimes that keep the layers before them frozen.

    Returns:
        float16 "train" [ten views, training images, height, width, channels], and "test" [test images, …], centre
        crops.
    """
    import time

    import numpy as np
    import torch

    from experiments.lab.device import best_device
    from experiments.lab.methods.crops import VIEWS, view
    from experiments.lab.nets.adapted import adapted, below
    from experiments.lab.nets.inputs import normalised
    from experiments.lab.nets.registry import build

    device = best_device()
    whole = adapted(build(network), len(images["class"]))
    lower = whole[: below(whole)].to(device).to(memory_format=torch.channels_last)
    pixels, train = torch.from_numpy(images["image"]), int(images["train"])

    def features(cut: Tensor) -> np.ndarray:
        with torch.inference_mode():
            parts = [
                lower(normalised(part.numpy()).to(device).contiguous(memory_format=torch.channels_last))
                for part in cut.split(64)
            ]
            return torch.cat(parts).permute(0, 2, 3, 1).half().cpu().numpy()

    begun = time.perf_counter()
    views = np.stack([features(view(pixels[:train], which, side)) for which in progress(range(VIEWS), "views")])
    test = features(view(pixels[train:], 0, side))
    seconds = time.perf_counter() - begun
    note(images_per_second=round((VIEWS * train + len(test)) / seconds, 1))
    return {"train": views, "test": test}


@experiment(
    matrix={"regime": ["frozen", "last-blocks"], "seed": [0, 1, 2]},
    demo={"network": "tiny_squeezenet", "seed": [0], "epochs": 4},
    inputs={"images": tuning_images, "features": tuning_features},
    data=["weights/{network}"],
    device="gpu",
)
def tuned_top(
    regime: str,
    seed: int,
    images: Arrays,
    features: Arrays,
    network: str = "squeezenet1_1",
    epochs: int = 20,
    head_rate: float = 1e-3,
    body_rate: float = 3e-4,
) -> Arrays:
    """Train a new last layer ("frozen"), or it and the last two Fire modules ("last-blocks"), on cached features.

    Args:
        regime: what is trained.
        seed: of the validation split, the new layer, the order, the crops and dropout.
        images, features: pixels and labels; the cached features.
        network: a pretrained SqueezeNet.
        epochs: largest number of epochs.
        head_rate, body_rate: AdamW's highest learning rate, of the new last layer and of the last blocks.

    Returns:
        what `trained` returns.
    """
    import torch
    from torch import nn

    from experiments.lab.methods.crops import VIEWS
    from experiments.lab.nets.adapted import adapted, below, head
    from experiments.lab.nets.registry import build

    torch.manual_seed(seed)
    whole = adapted(build(network), len(images["class"]))
    first, last = below(whole), head(whole)
    known, unknown = torch.from_numpy(features["train"]), torch.from_numpy(features["test"])

    def any_view(chosen: np.ndarray) -> Tensor:
        return _maps(known[torch.randint(VIEWS, (len(chosen),)), chosen])

    def centre(chosen: np.ndarray) -> Tensor:
        train = known.shape[1]  # indices go on from the training to the test images
        return _maps(known[0, chosen] if chosen[0] < train else unknown[chosen - train])

    groups = [{"params": list(whole[last:].parameters()), "lr": head_rate}]
    if regime != "frozen":
        groups.append({"params": list(whole[first:last].parameters()), "lr": body_rate})
    return trained(nn.Sequential(*whole[first:]), groups, any_view, centre, images, epochs, seed)


@experiment(
    matrix={"seed": [0, 1, 2]},
    demo={"network": "tiny_squeezenet", "side": 64, "seed": [0], "epochs": 2},
    inputs={"images": tuning_images},
    data=["weights/{network}"],
    device="gpu",
)
def tuned_whole(
    seed: int,
    images: Arrays,
    network: str = "squeezenet1_1",
    side: int = 112,
    epochs: int = 6,
    head_rate: float = 1e-3,
    body_rate: float = 1e-4,
) -> Arrays:
    """Fine-tune all layers, with a smaller learning rate for the pretrained ones than for the new last layer.

    Args:
        seed: as in `tuned_top`.
        images: pixels and labels.
        network: a pretrained SqueezeNet.
        side: of the random crops for training, in pixels.
        epochs: largest number of epochs.
        head_rate, body_rate: AdamW's highest learning rate, of the new last layer and of all others.

    Returns:
        what `trained` returns.
    """
    import torch

    from experiments.lab.methods.crops import random_crop, view
    from experiments.lab.nets.adapted import adapted, head
    from experiments.lab.nets.inputs import normalised
    from experiments.lab.nets.registry import build

    torch.manual_seed(seed)
    whole = adapted(build(network), len(images["class"]))
    pixels = torch.from_numpy(images["image"])
    last = head(whole)
    groups = [
        {"params": list(whole[last:].parameters()), "lr": head_rate},
        {"params": list(whole[:last].parameters()), "lr": body_rate},
    ]
    return trained(
        whole,
        groups,
        lambda chosen: normalised(random_crop(pixels[chosen], side).numpy()),
        lambda chosen: normalised(view(pixels[chosen], 0, side).contiguous().numpy()),
        images,
        epochs,
        seed,
    )


def _maps(stored: Tensor) -> Tensor:
    """Network input float32 [images, channels, height, width] from features [images, height, width, channels]."""
    return stored.float().permute(0, 3, 1, 2)


if __name__ == "__main__":
    tpdl.main(__file__)
