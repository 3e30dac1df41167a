"""Saliency maps of all images, computed once for all experiments on saliency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tpdl
from tpdl import Arrays, experiment, note, progress

if TYPE_CHECKING:
    from torch import nn


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "samples": 6, "steps": 8},
    local=True,
    device="gpu",
)
def saliency_maps(network: str = "squeezenet1_1", samples: int = 20, steps: int = 24, seed: int = 0) -> Arrays:
    """Saliency maps of the true class by four methods, and the gradient with average instead of maximum pooling.

    Args:
        samples: noisy copies for SmoothGrad.
        steps: points on the path for integrated gradients.

    Returns:
        "gradient", "smoothgrad", "integrated-gradients", "grad-cam", "average-pooling", float32 [images, side, side];
        "scores", float32 [images, classes].
    """
    import time

    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods import attribution
    from experiments.lab.nets.frozen import frozen, on_device_of, scores_of
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    photographs, model = imagenet.load(), frozen(network)
    inputs = coloured(photographs.images, image_size(network))
    images, classes = on_device_of(model, inputs), torch.from_numpy(photographs.labels).long()
    classes = classes.to(images.device)
    scores = scores_of(model, inputs)
    methods = {
        "gradient": lambda: attribution.gradient(model, images, classes),
        "smoothgrad": lambda: attribution.smoothgrad(model, images, classes, samples=samples, seed=seed),
        "integrated-gradients": lambda: attribution.integrated_gradients(model, images, classes, steps=steps),
        "grad-cam": lambda: attribution.grad_cam(model, images, classes, attribution.last_maps(model)),
        "average-pooling": lambda: attribution.gradient(with_average_pooling(model), images, classes),
    }
    arrays, seconds = {"scores": scores.numpy()}, {}
    for name, method in progress(methods.items(), "methods"):
        begun = time.perf_counter()
        arrays[name] = method().cpu().numpy()
        seconds[name] = round(time.perf_counter() - begun, 2)
    note(seconds=seconds)
    return arrays


@experiment(data=["imagenet-25", "weights/{network}"], demo={"network": "tiny_vgg"}, local=True, device="gpu")
def second_maps(network: str = "efficientnet_lite0") -> Arrays:
    """The gradient and Grad-CAM of a second network.

    Returns:
        "gradient", "grad-cam", float32 [images, side, side]; "scores", float32 [images, classes].
    """
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods import attribution
    from experiments.lab.nets.frozen import frozen, on_device_of, scores_of
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    photographs, model = imagenet.load(), frozen(network)
    inputs = coloured(photographs.images, image_size(network))
    images = on_device_of(model, inputs)
    classes = torch.from_numpy(photographs.labels).long().to(images.device)
    return {
        "gradient": attribution.gradient(model, images, classes).cpu().numpy(),
        "grad-cam": attribution.grad_cam(model, images, classes, attribution.last_maps(model)).cpu().numpy(),
        "scores": scores_of(model, inputs).numpy(),
    }


def with_average_pooling(model: nn.Module) -> nn.Module:
    """A copy of the network with average instead of maximum pooling; weights and sizes are the same."""
    import copy

    from torch import nn

    changed = copy.deepcopy(model)
    for parent in list(changed.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.MaxPool2d):
                pool = nn.AvgPool2d(child.kernel_size, child.stride, child.padding, ceil_mode=child.ceil_mode)
                setattr(parent, name, pool)
    return changed


if __name__ == "__main__":
    tpdl.main(__file__)
